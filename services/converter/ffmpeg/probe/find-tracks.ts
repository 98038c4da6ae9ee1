import { ConversionFailure, HeaderTooSlow } from '../../failure.ts';
import { explainByCut } from '../explain-by-cut.ts';
import { untrustedInput } from '../untrusted-input.ts';
import { completeTracks } from './complete-tracks.ts';
import type { CheckedTrack } from './first-frames.ts';
import type { ProbeTools } from './probe-tools.ts';
import type { FileReport } from './report.ts';
import { inspect } from './run-ffprobe.ts';
import type { SourceTrack } from './source-track.ts';
import { tracksOf } from './tracks.ts';

const MEBIBYTE = 1024 * 1024;

/**
 * How far into a file to look for sound, in bytes. ffmpeg itself looks at 5 MB. Each step costs as much as is read. ffmpeg
 * keeps what it reads here in memory until it is converted.
 */
const DEPTHS = [20 * MEBIBYTE, 80 * MEBIBYTE, 256 * MEBIBYTE];
/** The same in time, in microseconds: 20 minutes. */
const ANALYZE_DURATION = 20 * 60 * 1_000_000;

/** Containers without a list of their streams in front: a stream is known once its first packet is read. */
export const LISTS_NO_STREAMS = /^(mpegts|mpeg|flv|dv)$/;

export interface FoundTracks {
  format: FileReport['format'];
  tracks: SourceTrack[];
  /** A track whose first frames were decoded on the way. */
  checked?: CheckedTrack | undefined;
  /** The lines with which a tool has described the file, where they are known to be all. */
  description: readonly string[] | undefined;
  /** Whether the file has a film or a cover. */
  hasPictures: boolean;
  /** Arguments with which ffmpeg finds the same tracks. */
  inputArguments: readonly string[];
}

/**
 * Lists the tracks of `INPUT`. Looks deeper into the file, step by step, where no sound is found at its beginning, or where
 * nothing is known of it but its name, as in a transport stream whose sound begins late.
 */
export async function findTracks(tools: ProbeTools): Promise<FoundTracks> {
  let found = await look(tools, []).catch((error: unknown) => lookAtCutFile(tools, error));
  for (const depth of DEPTHS) {
    const { format_name, size } = found.format;
    if (found.tracks.some(isSettled) || !LISTS_NO_STREAMS.test(format_name)) break;
    found = await look(tools, ['-probesize', String(depth), '-analyzeduration', String(ANALYZE_DURATION)]);
    if (size !== undefined && size <= depth) break;
  }
  return found;
}

/**
 * ffmpeg refuses a fragmented MP4 whose end is missing from the middle of a fragment's index, unless it ignores indexes. Throws
 * `error`, or that the file is truncated, where nothing can be had.
 */
async function lookAtCutFile(tools: ProbeTools, error: unknown): Promise<FoundTracks> {
  if (!(error instanceof ConversionFailure) || error instanceof HeaderTooSlow) throw error;
  const failure = await explainByCut(tools.folder, error);
  if (failure.code !== 'truncated') throw error;
  return await look(tools, ['-fflags', '+ignidx']).catch((second: unknown) => {
    throw second instanceof ConversionFailure ? failure : second;
  });
}

/** Whether nothing more would be learnt about the track. */
const isSettled = ({ type, isDecodable, isEncrypted, hasPackets, sampleRate }: SourceTrack): boolean =>
  type === 'audio' &&
  (isDecodable === true || isEncrypted || (hasPackets === true && sampleRate !== undefined));

export async function look(tools: ProbeTools, options: readonly string[]): Promise<FoundTracks> {
  const { report, description, unsupported, checked } = await inspect(tools, options);
  const inputArguments = [...untrustedInput, ...options];
  const tracks = tracksOf(report, unsupported);
  await completeTracks(tracks, tools.folder, report.format.format_name);
  const hasPictures = report.streams.some(({ codec_type }) => codec_type === 'video');
  return { format: report.format, tracks, checked, description, hasPictures, inputArguments };
}
