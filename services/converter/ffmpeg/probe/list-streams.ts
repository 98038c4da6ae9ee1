import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CountedTrack, trackLengths } from '../../completeness/track-lengths.ts';
import { INPUT } from '../untrusted-input.ts';
import type { CheckedTrack } from './first-frames.ts';
import { withFullTitles } from './full-titles.ts';
import type { ProbeTools } from './probe-tools.ts';
import { readStreams, type StreamList } from './read-streams.ts';
import type { FileReport, StreamReport } from './report.ts';

/** The streams whose packets are listed. `V` leaves out covers. */
const FILMS_AND_SOUNDS = ['0:V?', '0:a?'];
const SOUNDS = ['0:a?'];

export interface ListedStreams {
  report: FileReport;
  description: StreamList['description'];
  /** The first sound, where its first frames were decoded as well. */
  checked: CheckedTrack | undefined;
}

/**
 * Describes `INPUT` where ffprobe cannot: ffprobe gives up when the decoder of any stream cannot be opened, as it is with each
 * picture, while ffmpeg opens no decoder but that of the first sound. Returns undefined where ffmpeg cannot open the file.
 *
 * @param inputArguments what ffmpeg needs before `-i INPUT`.
 */
export async function listStreams(
  tools: ProbeTools,
  inputArguments: readonly string[],
): Promise<ListedStreams | undefined> {
  const { report, description, starts, checked } = await listWithFrames(tools, inputArguments);
  if (!report) return undefined;
  const path = join(tools.folder, INPUT);
  const { size } = await stat(path);
  const lengths = await trackLengths(path, report.format.format_name, countedTracks(report.streams));
  const streams = (await withFullTitles(tools, inputArguments, report.streams)).map((stream, place) => ({
    ...stream,
    ...startOf(stream, starts, report.format),
    ...lengthOf(lengths[place], report.format),
  }));
  const packets = [...starts.keys()].map((stream_index) => ({ stream_index }));
  return { report: { format: { ...report.format, size }, packets, streams }, description, checked };
}

/**
 * Lists the packets of all streams and decodes the first frames of the first sound in one run, where that works. Its decoder may
 * not be allowed or not open, there may be no sound, and muxers refuse a picture whose size only its decoder knows, as in FLV.
 */
async function listWithFrames(tools: ProbeTools, inputArguments: readonly string[]): Promise<StreamList> {
  const read = (maps: readonly string[], hasFrames: boolean) =>
    readStreams(tools, { inputArguments, maps, hasFrames });
  const both = await read(FILMS_AND_SOUNDS, true);
  const streams = both.report?.streams ?? [];
  if (both.isComplete || !(both.hasCrashed || streams.some(isPlayed))) return both;
  const hasSound = streams.some(isSound);
  if (hasSound && both.refusesPicture) {
    const sounds = await read(SOUNDS, true);
    if (sounds.isComplete) return { ...sounds, report: both.report };
  }
  const all = await read(FILMS_AND_SOUNDS, false);
  if (!hasSound || !all.report || all.hasBegun) return all;
  const { starts } = await read(SOUNDS, false);
  return { ...all, starts };
}

const isSound = ({ codec_type }: StreamReport): boolean => codec_type === 'audio';
const isPlayed = (stream: StreamReport): boolean => isSound(stream) || stream.codec_type === 'video';

/** In MXF, all tracks have one length, which is that of the file. */
function lengthOf(
  counted: number | undefined,
  { format_name, duration }: FileReport['format'],
): Pick<StreamReport, 'duration'> {
  return { duration: counted ?? (format_name === 'mxf' ? duration : undefined) };
}

function countedTracks(streams: readonly StreamReport[]): CountedTrack[] {
  const sounds = streams.filter(isSound);
  return streams.map((stream) => ({
    id: stream.id === undefined ? undefined : Number(stream.id),
    position: sounds.indexOf(stream) + 1 || undefined,
  }));
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
