import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CountedTrack, trackLengths } from '../../completeness/track-lengths.ts';
import { runTool } from '../run-tool.ts';
import { INPUT } from '../untrusted-input.ts';
import { createDumpReader } from './dump.ts';
import { createPacketReader } from './packet-starts.ts';
import type { ProbeTools } from './probe-tools.ts';
import type { FileReport, StreamReport } from './report.ts';

const TIMEOUT_SECONDS = 60;

/** Copies the packets of all audio and video streams, which say when the streams begin. `V` leaves out covers. */
const PACKETS_OF = (...maps: string[]) => [
  ...maps.flatMap((map) => ['-map', map]),
  ...['-c', 'copy', '-f', 'framecrc', 'pipe:1'],
];

/**
 * Describes `INPUT` where ffprobe cannot: ffprobe gives up when the decoder of any stream cannot be opened, as it is with each
 * picture, while ffmpeg opens no decoder here. Returns undefined where ffmpeg cannot open the file.
 *
 * @param inputArguments what ffmpeg needs before `-i INPUT`.
 */
export async function listStreams(
  tools: ProbeTools,
  inputArguments: readonly string[],
): Promise<FileReport | undefined> {
  const all = await list(tools, inputArguments, PACKETS_OF('0:V?', '0:a?'));
  if (!all.report) return undefined;
  // Muxers refuse a picture whose size only its decoder knows, as in FLV.
  const { starts } = all.hasBegun ? all : await list(tools, inputArguments, PACKETS_OF('0:a?'));
  const { report } = all;
  const path = join(tools.folder, INPUT);
  const { size } = await stat(path);
  const lengths = await trackLengths(path, report.format.format_name, countedTracks(report.streams));
  return {
    format: { ...report.format, size },
    packets: [...starts.keys()].map((stream_index) => ({ stream_index })),
    streams: report.streams.map((stream, place) => ({
      ...stream,
      ...startOf(stream, starts, report.format),
      ...(lengths[place] !== undefined && { duration: lengths[place] }),
    })),
  };
}

function countedTracks(streams: readonly StreamReport[]): CountedTrack[] {
  const sounds = streams.filter(({ codec_type }) => codec_type === 'audio');
  return streams.map((stream) => ({
    id: stream.id === undefined ? undefined : Number(stream.id),
    position: sounds.indexOf(stream) + 1 || undefined,
  }));
}

async function list(
  { ffmpeg, folder, signal }: ProbeTools,
  inputArguments: readonly string[],
  output: readonly string[],
) {
  const enough = new AbortController();
  const dump = createDumpReader();
  const packets = createPacketReader(() => enough.abort());
  try {
    await runTool(
      ffmpeg,
      ['-nostdin', '-hide_banner', '-v', 'level+info', '-copyts', ...inputArguments, '-i', INPUT, ...output],
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
  return { report: dump.report(), hasBegun: packets.hasBegun(), starts: packets.found() };
}

/**
 * When a stream begins, as ffprobe says it. ffmpeg's packets begin with the priming of the encoder, which is not played: no
 * stream begins before the file. A stream without known packets counts as one that begins with the file.
 */
function startOf(
  { index }: StreamReport,
  starts: ReadonlyMap<number, number | undefined>,
  { start_time }: FileReport['format'],
): { start_time?: number } {
  const seconds = starts.get(index);
  if (seconds === undefined) return start_time === undefined ? {} : { start_time };
  return { start_time: Math.max(seconds, start_time ?? seconds) };
}
