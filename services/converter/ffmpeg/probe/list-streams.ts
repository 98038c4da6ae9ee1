import { runTool } from '../run-tool.ts';
import { INPUT } from '../untrusted-input.ts';
import { createDumpReader } from './dump.ts';
import type { ProbeTools } from './probe-tools.ts';
import type { FileReport } from './report.ts';

const TIMEOUT_SECONDS = 60;

/** Copies the packets of all audio and video streams, which say when the streams begin. `V` leaves out covers. */
const OUTPUT = ['-map', '0:V?', '-map', '0:a?', '-c', 'copy', '-f', 'framecrc', 'pipe:1'];

/** Packets of one stream that are looked at: the first one may not be the first one that is shown. */
const PACKETS = 8;
/** Packets of all streams that are looked at, because a stream may be empty or begin late. */
const MAX_PACKETS = 20_000;

/**
 * Describes `INPUT` where ffprobe cannot: ffprobe gives up when the decoder of any stream cannot be opened, while ffmpeg opens
 * no decoder here. Returns undefined where ffmpeg cannot open the file.
 *
 * @param inputArguments what ffmpeg needs before `-i INPUT`.
 */
export async function listStreams(
  { ffmpeg, folder, signal }: ProbeTools,
  inputArguments: readonly string[],
): Promise<FileReport | undefined> {
  const enough = new AbortController();
  const dump = createDumpReader();
  const packets = createPacketReader(() => enough.abort());
  try {
    await runTool(
      ffmpeg,
      ['-nostdin', '-hide_banner', '-v', 'level+info', '-copyts', ...inputArguments, '-i', INPUT, ...OUTPUT],
      {
        folder,
        signal: AbortSignal.any([signal, enough.signal]),
        timeoutSeconds: TIMEOUT_SECONDS,
        onLine(line) {
          const text = line.replace(/^\[info\] /, '');
          dump.read(text);
          packets.readMapping(text);
        },
        onOutputLine: packets.read,
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!enough.signal.aborted) throw error;
  }
  const report = dump.report();
  return (
    report && {
      ...report,
      streams: report.streams.map((each) => ({ ...each, ...packets.start(each.index) })),
    }
  );
}

/** Reads where streams begin from the output of ffmpeg's `framecrc`: `#tb 1: 1/44100` and `1, <dts>, <pts>, …`. */
function createPacketReader(onEnough: () => void) {
  const outputs = new Map<number, string>();
  const timeBases = new Map<string, number>();
  const starts = new Map<string, { packets: number; seconds: number }>();
  let packets = 0;
  return {
    readMapping(line: string): void {
      const [, input, output] = /^ {2}Stream #0:(\d+) -> #0:(\d+) \(copy\)$/.exec(line) ?? [];
      if (output !== undefined) outputs.set(Number(input), output);
    },
    read(line: string): void {
      const [, of, numerator, denominator] = /^#tb (\d+): (\d+)\/(\d+)$/.exec(line) ?? [];
      if (of !== undefined) timeBases.set(of, Number(numerator) / Number(denominator));
      const [, stream, pts] = /^(\d+), +-?\d+, +(-?\d+),/.exec(line) ?? [];
      if (stream === undefined) return;
      const { packets: before, seconds } = starts.get(stream) ?? {
        packets: 0,
        seconds: Number.POSITIVE_INFINITY,
      };
      if (before < PACKETS) {
        const shown = Number(pts) * (timeBases.get(stream) ?? Number.NaN);
        starts.set(stream, { packets: before + 1, seconds: Math.min(seconds, shown) });
      }
      packets += 1;
      const isComplete = [...timeBases.keys()].every((key) => starts.get(key)?.packets === PACKETS);
      if (packets >= MAX_PACKETS || isComplete) onEnough();
    },
    /** @param index of the stream in the file. */
    start(index: number): { start_time?: number } {
      const seconds = starts.get(outputs.get(index) ?? '')?.seconds;
      return seconds !== undefined && Number.isFinite(seconds) ? { start_time: seconds } : {};
    },
  };
}
