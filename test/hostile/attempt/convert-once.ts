import { open } from 'node:fs/promises';
import { converterEnvironment } from '../../../services/converter/config.ts';
import { ConversionFailure } from '../../../services/converter/failure.ts';
import { describeFile } from '../../../services/converter/probe/describe-file.ts';
import type { Tool } from '../../../services/converter/sandbox/sandbox.ts';
import { createTranscode } from '../../../services/converter/transcode/transcode.ts';
import type { ConversionOptions } from '../../../services/shared/jobs/conversion-options.ts';
import { MAX_END_BYTES } from '../../../services/shared/jobs/probe.ts';
import type { Answer } from './answer.ts';
import type { MadeMp3 } from './sound-faults.ts';

/** The limits of a converter that nobody has configured. */
const { MAX_DURATION_SECONDS, MAX_CONVERT_SECONDS } = converterEnvironment.shape;
const limits = {
  maxDurationSeconds: MAX_DURATION_SECONDS.parse(undefined),
  maxConvertSeconds: MAX_CONVERT_SECONDS.parse(undefined),
};

export interface Tools {
  ffmpeg: Tool;
  ffprobe: Tool;
}

/** Bytes of an MP3 in which the secret is looked for: the tag and the beginning. */
const LOOKED_AT = 16 * 1024 * 1024;

/** An answer, the bytes of the MP3, and how much of it there is. */
export interface Converted extends Answer {
  mp3: readonly Uint8Array[];
  made?: MadeMp3 | undefined;
}

interface ConvertOptions {
  options?: ConversionOptions | undefined;
  signal: AbortSignal;
}

/** Converts `INPUT` of a folder as the converter does. An error that is no documented failure becomes the code `error`. */
export async function convertOnce(
  tools: Tools,
  folder: string,
  { options = {}, signal }: ConvertOptions,
): Promise<Converted> {
  let source: unknown;
  let sourceRate: number | undefined;
  try {
    const transcode = createTranscode({ ...tools, limits, idleCores: ONE_MORE_CORE });
    const made = await transcode({
      ...{ folder, options, signal, onTime: () => undefined },
      onProbe: ({ durationSeconds, tracks, audio }) => {
        source = { durationSeconds, tracks };
        sourceRate = audio.sampleRate;
      },
    });
    const verified = await made.verify();
    const { head, bytes } = await beginningOf(made.path);
    const warnings = made.warnings.map(({ code }) => code);
    const text = JSON.stringify({ source, verified, warnings: made.warnings });
    return {
      ...{ code: 'mp3', text, warnings, sentences: detailsOf(made.warnings) },
      mp3: [made.id3, head],
      made: { seconds: verified.seconds, bytes, sourceRate },
    };
  } catch (error) {
    return { ...failureOf(error, source), mp3: [] };
  }
}

/** Returns the beginning of a file, and how many bytes the whole has. */
async function beginningOf(path: string): Promise<{ head: Buffer; bytes: number }> {
  await using file = await open(path);
  const { size: bytes } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(bytes, LOOKED_AT)), 0);
  return { head: buffer.subarray(0, bytesRead), bytes };
}

/** One core of two is idle now and then. */
const ONE_MORE_CORE = {
  tryAcquire: (most: number) => ({ count: Math.min(1, most), release: () => undefined }),
};

/** Describes `INPUT` of a folder as `POST /probe` does. */
export async function probeOnce(
  tools: Tools,
  folder: string,
  {
    options = {},
    size,
    signal,
  }: { options?: ConversionOptions | undefined; size: number; signal: AbortSignal },
): Promise<Answer> {
  try {
    // Of a file that is too large, the ends are sent. What the tools see of the middle are the same bytes here.
    const head = Math.min(size, MAX_END_BYTES);
    const tail = Math.min(size - head, MAX_END_BYTES);
    const speed = { estimate: () => 1 };
    const result = await describeFile({ ...tools, folder, signal, speed }, { options, size, head, tail });
    const warnings = result.warnings.map(({ code }) => code);
    const { error } = result;
    const sentences = detailsOf(error ? [error, ...result.warnings] : result.warnings);
    return { code: error?.code ?? 'described', text: JSON.stringify(result), warnings, sentences };
  } catch (error) {
    return failureOf(error, undefined);
  }
}

const detailsOf = (notes: readonly { detail: string }[]): string[] => notes.map(({ detail }) => detail);

function failureOf(error: unknown, source: unknown): Answer {
  if (error instanceof ConversionFailure) {
    const { code, message: detail } = error;
    return {
      code,
      text: JSON.stringify({ source, error: { code, detail } }),
      warnings: [],
      sentences: [detail],
    };
  }
  return {
    code: 'error',
    text: JSON.stringify({ source }),
    warnings: [],
    sentences: [],
    internal: String(error),
  };
}
