import { join } from 'node:path';
import { ConversionFailure, HeaderTooSlow } from '../../failure.ts';
import { isCrash } from '../crash.ts';
import { runTool, type ToolResult } from '../run-tool.ts';
import { INPUT, untrustedInput } from '../untrusted-input.ts';
import { createDescription } from './description.ts';
import type { CheckedTrack } from './first-frames.ts';
import { listStreams } from './list-streams.ts';
import { describeBounds, type ProbeTools } from './probe-tools.ts';
import { type FileReport, parseReport, REPORT_ARGUMENTS, type StreamReport } from './report.ts';
import { holdsSoundAlone } from './sound-alone.ts';

export interface Inspection {
  report: FileReport;
  /** The lines with which a tool has described the file, where they are known to be all. */
  description: readonly string[] | undefined;
  /** Indexes of the streams for whose codec ffmpeg has no decoder. */
  unsupported: ReadonlySet<number>;
  /** A track whose first frames were decoded on the way. */
  checked?: CheckedTrack | undefined;
}

/**
 * Describes {@link INPUT}. ffmpeg does it for a file with pictures, because ffprobe gives up where it may not open the decoder of
 * a stream. ffprobe does it for sound. Where it fails because one stream is broken, crashes, or prints tags of megabytes,
 * ffmpeg's description is used as well, which shortens long tags. Throws {@link ConversionFailure} for a file that neither can open.
 *
 * @param options arguments for the demuxer.
 */
export async function inspect(tools: ProbeTools, options: readonly string[]): Promise<Inspection> {
  const inputArguments = [...untrustedInput, ...options];
  // Where a file begins like one without pictures, ffmpeg need not tell us so.
  const early = (await holdsSoundAlone(join(tools.folder, INPUT)))
    ? await runFfprobe(tools, inputArguments)
    : undefined;
  const described = early && reportOf(early);
  if (described && !described.report.streams.some(hasKnownPicture)) return described;
  const listed = await listStreams(tools, inputArguments);
  if (listed?.report.streams.some(hasKnownPicture)) return { ...listed, unsupported: new Set() };
  const run = early ?? (await runFfprobe(tools, inputArguments));
  const { code, killedBy, reachedLimit, timedOut, isOutputTooLong, stderr } = run.result;
  const cause = new Error(`ffprobe: ${code ?? killedBy}: ${stderr}`);
  if (timedOut || reachedLimit !== undefined) throw new HeaderTooSlow(cause);
  // The kernel killed ffprobe. It counts as an attempt, since the file is the likely cause.
  if (killedBy && !isOutputTooLong && !isCrash(killedBy)) throw cause;
  const report = reportOf(run);
  if (report) return report;
  if (listed && listed.report.streams.length > 0) return { ...listed, unsupported: run.unsupported };
  throw notOpened(stderr, cause);
}

interface FfprobeRun {
  result: ToolResult;
  unsupported: ReadonlySet<number>;
  description: readonly string[] | undefined;
}

async function runFfprobe(tools: ProbeTools, inputArguments: readonly string[]): Promise<FfprobeRun> {
  const bounds = await describeBounds(tools, inputArguments);
  const unsupported = new Set<number>();
  const description = createDescription();
  const result = await runTool(
    tools.ffprobe,
    ['-hide_banner', '-v', 'level+info', ...REPORT_ARGUMENTS, ...inputArguments, '-i', INPUT],
    {
      folder: tools.folder,
      signal: tools.signal,
      ...bounds,
      keep: (line) => (line.startsWith('[info]') ? undefined : line),
      onLine: (line) => {
        description.read(line);
        const [, index] =
          /^\[warning\] Unsupported codec with id \d+ for input stream (\d+)$/.exec(line) ?? [];
        if (index !== undefined) unsupported.add(Number(index));
      },
    },
  );
  return { result, unsupported, description: description.lines(result.code === 0) };
}

/** What ffprobe has printed, where it has ended well. */
const reportOf = ({ result: { code, output }, ...found }: FfprobeRun): Inspection | undefined =>
  code === 0 ? { report: parseReport(output), ...found } : undefined;

const hasKnownPicture = ({ codec_type, codec_name }: StreamReport): boolean =>
  codec_type === 'video' && codec_name !== undefined && !/^(none|unknown)$/.test(codec_name);

/** Messages of ffmpeg about a file of which so much is missing that nothing can be had. */
const CUT_SHORT = /moov atom not found|File ended prematurely|: End of file$|: Input\/output error$/m;

function notOpened(log: string, cause: Error): ConversionFailure {
  if (/moov atom not found/.test(log)) {
    return new ConversionFailure(
      'truncated',
      'the end of the file, which holds its index, is missing',
      cause,
    );
  }
  if (CUT_SHORT.test(log)) {
    return new ConversionFailure('truncated', 'the file ends before its sound begins', cause);
  }
  return new ConversionFailure('not_media', 'this is not a video or audio file', cause);
}
