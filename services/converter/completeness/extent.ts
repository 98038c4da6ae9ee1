import type { FileBytes } from './file-bytes.ts';

/** What the bytes of a file say about its own length. Times are in seconds from the start of the film. */
export interface Extent {
  /**
   * `cut`: content that the file announces is missing at its end, or its last element is incomplete. `whole`: all that it
   * announces is there. `unknown`: it announces nothing that could be checked.
   */
  end: 'cut' | 'whole' | 'unknown';
  /** Whether `cut` is a suspicion, which only the length of the sound can prove. */
  isSuspected?: boolean | undefined;
  /** The length that the file states for the sound. */
  soundSeconds?: number | undefined;
  /** The length that the file states for itself, which is that of its longest track. */
  fileSeconds?: number | undefined;
  /** Where the content of all tracks really ends. */
  lastSeconds?: number | undefined;
  /** The sound in packets that are whole. ffmpeg counts a packet of a second even where most of it is missing. */
  wholeSeconds?: number | undefined;
  /** The share of the sound's bytes that is there, above 0 and below 1, where the file states bytes and no time. */
  share?: number | undefined;
}

/** The track that was converted, as far as the readers need to know it. */
export interface SoundTrack {
  /** Position among the audio tracks, from 1. */
  position: number;
  /** Where the track ends by what ffprobe found, in seconds from the start of the film. */
  statedSeconds: number | undefined;
  /** Where the clock of the film starts, in seconds on the clock of the file. */
  filmStartSeconds: number;
}

/** Reads a container. Returns undefined when the file is of another kind. */
export type ExtentReader = (file: FileBytes, track: SoundTrack) => Promise<Extent | undefined>;

export const UNKNOWN: Extent = { end: 'unknown' };

/** Returns the length in seconds, or undefined where the value is no length. */
export const lengthOrNothing = (seconds: number): number | undefined =>
  Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;

/** Turns a time on the clock of the file, which may start anywhere, into one from the start of the film. */
export function fromFilmStart<T extends number | undefined>(seconds: T, { filmStartSeconds }: SoundTrack): T {
  // Some programs count from the start of the film whatever the clock says.
  const isAfterStart = seconds !== undefined && filmStartSeconds > 0 && seconds > filmStartSeconds;
  return (isAfterStart ? seconds - filmStartSeconds : seconds) as T;
}

/** The extent of sound whose bytes are counted: from `start` to `end`, both in bytes from the start of the file. */
export function byteExtent(file: FileBytes, start: number, end: number): Extent {
  if (end <= file.size) return { end: 'whole' };
  const share = (file.size - start) / (end - start);
  return { end: 'cut', share: share > 0 && share < 1 ? share : undefined };
}
