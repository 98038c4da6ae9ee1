import type { OriginalFile } from '../../shared/jobs/job-view.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { OptionEntry } from '../options/parse-options.ts';

/** Parameters of an upload that are no options. They describe the film of which a client sends only the sound. */
export const ORIGINAL_NAMES = ['original_size', 'original_track'];

/** A whole number from 1, with at most this many digits. */
const SIZE = /^[1-9]\d{0,14}$/;
const TRACK = /^[1-9]\d{0,3}$/;

/** Returns null where neither parameter is given. Throws `invalid_option` where one is missing, wrong, or given twice. */
export function parseOriginal(entries: readonly OptionEntry[]): OriginalFile | null {
  const [sizes, tracks] = ORIGINAL_NAMES.map((wanted) => [
    ...new Set(entries.filter(([name]) => name === wanted).map(([, value]) => value)),
  ]) as [string[], string[]];
  if (sizes.length === 0 && tracks.length === 0) return null;
  const [size = ''] = sizes;
  const [track = ''] = tracks;
  const areGivenOnce = sizes.length === 1 && tracks.length === 1;
  if (!areGivenOnce || !SIZE.test(size) || !TRACK.test(track)) throw invalidOriginal();
  return { size: Number(size), track: Number(track) };
}

const invalidOriginal = (): AppError =>
  new AppError(
    'invalid_option',
    'original_size, in bytes, and original_track, the position of the audio track that is sent, are whole numbers from 1: ' +
      'give both of them once, or neither',
  );
