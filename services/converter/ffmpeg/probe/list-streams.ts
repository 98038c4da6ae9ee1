import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CountedTrack, trackLengths } from '../../completeness/track-lengths.ts';
import { ConversionFailure, tooLongToRead } from '../../failure.ts';
import { isCrash } from '../crash.ts';
import { runTool } from '../run-tool.ts';
import { INPUT } from '../untrusted-input.ts';
import { createDumpReader } from './dump.ts';
import { withFullTitles } from './full-titles.ts';
import { createPacketReader } from './packet-starts.ts';
import { DESCRIBE_BOUNDS, type ProbeTools } from './probe-tools.ts';
import type { FileReport, StreamReport } from './report.ts';

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
    streams: (await withFullTitles(tools, inputArguments, report.streams)).map((stream, place) => ({
      ...stream,
      ...startOf(stream, starts, report.format),
      ...lengthOf(lengths[place], report.format),
    })),
  };
}

/** In MXF, all tracks have one length, which is that of the file. */
function lengthOf(
  counted: number | undefined,
  { format_name, duration }: FileReport['format'],
): Pick<StreamReport, 'duration'> {
  return { duration: counted ?? (format_name === 'mxf' ? duration : undefined) };
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
    const { killedBy, timedOut, reachedLimit, stderr } = await runTool(
      ffmpeg,
      ['-nostdin', '-hide_banner', '-v', 'level+info', '-copyts', ...inputArguments, '-i', INPUT, ...output],
      {
        folder,
        signal: AbortSignal.any([signal, enough.signal]),
        ...DESCRIBE_BOUNDS,
        onLine(line) {
          const text = line.replace(/^\[info\] /, '');
          dump.read(text);
          packets.readMapping(text);
        },
        onOutputLine: packets.read,
      },
    );
    const cause = new Error(`ffmpeg: ${killedBy}: ${stderr}`);
    if (timedOut || reachedLimit !== undefined) throw tooLongToRead(cause);
    // The kernel killed it, for example for lack of memory. It counts as an attempt. A crash would come again.
    if (killedBy && !isCrash(killedBy)) throw cause;
    if (killedBy) throw new ConversionFailure('conversion_failed', 'this file cannot be read', cause);
  } catch (error) {
    signal.throwIfAborted();
    if (!enough.signal.aborted) throw error;
  }
  return { report: dump.report(), hasBegun: packets.hasBegun(), starts: packets.found() };
}

/** Seconds of sound before the first that is played, which an encoder needs. Fewer than this. */
const MAX_PRIMING = 1;

/**
 * When a stream begins, as ffprobe says it. The packets of a sound begin with the priming of its encoder, which is not played
 * and does not count in the start of the file. ffmpeg does not count a picture in it either, where only a decoder knows
 * the order of its frames. A stream without known packets counts as one that begins with the file.
 */
function startOf(
  { index, codec_type }: StreamReport,
  starts: ReadonlyMap<number, number | undefined>,
  { start_time }: FileReport['format'],
): Pick<StreamReport, 'start_time'> {
  const seconds = starts.get(index) ?? start_time;
  if (seconds === undefined) return {};
  const priming = start_time === undefined ? 0 : start_time - seconds;
  const isPriming = codec_type === 'audio' && priming > 0 && priming < MAX_PRIMING;
  return { start_time: isPriming ? start_time : seconds };
}
