import { Writable } from 'node:stream';
import { ConversionFailure, HeaderTooSlow } from '../../failure.ts';
import { isCrash } from '../crash.ts';
import { runTool, type ToolResult } from '../run-tool.ts';
import { createLineSplitter } from '../tool-output.ts';
import { INPUT } from '../untrusted-input.ts';
import { createDescription } from './description.ts';
import { createDumpReader } from './dump.ts';
import { type CheckedTrack, createFirstFrames, FIRST_FRAMES } from './first-frames.ts';
import { createPacketReader } from './packet-starts.ts';
import { describeBounds, type ProbeTools } from './probe-tools.ts';
import type { FileReport } from './report.ts';

export interface StreamList {
  /** Undefined where ffmpeg cannot open the file. */
  report: FileReport | undefined;
  /** The lines with which ffmpeg has described the file, where it has come to the end of them. */
  description: readonly string[] | undefined;
  /** Where the streams begin that have packets, in seconds, by their index in the file. */
  starts: ReadonlyMap<number, number | undefined>;
  /** Whether ffmpeg could list packets at all. */
  hasBegun: boolean;
  /** Whether ffmpeg has listed all that was asked for, or was ended because that was enough. */
  isComplete: boolean;
  /** Whether it crashed, which the decoder of the first frames may have done. */
  hasCrashed: boolean;
  /** Whether it listed nothing because it does not know the size of a picture. */
  refusesPicture: boolean;
  checked: CheckedTrack | undefined;
}

export interface StreamsToRead {
  /** What ffmpeg needs before `-i INPUT`. */
  inputArguments: readonly string[];
  /** The streams whose packets are listed. */
  maps: readonly string[];
  /** Whether the first frames of the first sound are decoded as well. */
  hasFrames: boolean;
}

/** Copies packets, which say when the streams begin. */
const packetsOf = (maps: readonly string[]): string[] => [
  ...maps.flatMap((map) => ['-map', map]),
  ...['-c', 'copy', '-f', 'framecrc', 'pipe:1'],
];

/**
 * Runs ffmpeg until it has described the file and listed the first packets of all streams. Throws {@link ConversionFailure} where
 * that takes too long, or where ffmpeg crashes although it decodes nothing.
 */
export async function readStreams(
  tools: ProbeTools,
  { inputArguments, maps, hasFrames }: StreamsToRead,
): Promise<StreamList> {
  const { ffmpeg, folder, signal } = tools;
  const bounds = await describeBounds(tools, inputArguments);
  const enough = new AbortController();
  const dump = createDumpReader();
  const description = createDescription();
  const packets = createPacketReader();
  const frames = hasFrames ? createFirstFrames() : undefined;
  const endWhereEnough = (): void => {
    if (packets.isTooMany() || (packets.isComplete() && (frames?.isOver() ?? true))) enough.abort();
  };
  let result: ToolResult | undefined;
  try {
    // The format of decoded frames is in the log at the level `verbose` alone.
    const log = ['-nostdin', '-hide_banner', '-v', hasFrames ? 'level+verbose' : 'level+info', '-copyts'];
    const output = [...packetsOf(maps), ...(hasFrames ? FIRST_FRAMES : [])];
    result = await runTool(ffmpeg, [...log, ...inputArguments, '-i', INPUT, ...output], {
      folder,
      signal: AbortSignal.any([signal, enough.signal]),
      ...bounds,
      onLine(line) {
        const text = line.replace(/^\[info\] /, '');
        description.read(line);
        dump.read(text);
        packets.readMapping(text);
        frames?.read(text);
      },
      onOutputLine(line) {
        packets.read(line);
        endWhereEnough();
      },
      ...(frames && { dataOutput: linesTo(frames.readOutput, endWhereEnough) }),
    });
    requireEnded(result, hasFrames);
  } catch (error) {
    signal.throwIfAborted();
    if (!enough.signal.aborted) throw error;
  }
  return {
    report: dump.report(),
    description: description.lines(),
    starts: packets.found(),
    hasBegun: packets.hasBegun(),
    isComplete: enough.signal.aborted || result?.code === 0,
    hasCrashed: isCrash(result?.killedBy ?? null),
    refusesPicture: /dimensions not set/.test(result?.stderr ?? ''),
    checked: frames?.result(),
  };
}

function requireEnded({ killedBy, timedOut, reachedLimit, stderr }: ToolResult, hasFrames: boolean): void {
  const cause = new Error(`ffmpeg: ${killedBy}: ${stderr}`);
  if (timedOut || reachedLimit !== undefined) throw new HeaderTooSlow(cause);
  // The kernel killed it, for example for lack of memory. It counts as an attempt. A crash would come again.
  if (killedBy && !isCrash(killedBy)) throw cause;
  // Without the decoder, the file may be described all the same.
  if (killedBy && !hasFrames)
    throw new ConversionFailure('conversion_failed', 'this file cannot be read', cause);
}

function linesTo(onLine: (line: string) => void, onLines: () => void): Writable {
  const lines = createLineSplitter('\n', onLine);
  return new Writable({
    write(part: Buffer, _encoding, done) {
      lines.write(part.toString('latin1'));
      onLines();
      done();
    },
  });
}
