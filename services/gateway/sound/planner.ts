import type { BufferedFile } from './buffered-file.ts';
import type { LocalFile } from './local-file.ts';

/** What is sent of a film instead of all of it: a smaller file of the same container, without the picture. */
export interface SoundPlan {
  /** The file to send. The same film always gives the same bytes, so that a later run can resume. */
  file: LocalFile;
  /** Position of its audio track among those of the film, from 1. */
  track: number;
  /** Number of audio tracks of the film. */
  audioTracks: number;
}

/** Plans the sound of one kind of container. Returns undefined where it is another one, or where it is not certain of the result. */
export type Planner = (source: PlannedFile, wanted: WantedSound) => Promise<SoundPlan | undefined>;

export interface PlannedFile {
  file: LocalFile;
  bytes: BufferedFile;
}

export interface WantedSound {
  /** The option `track`: a position from 1, or a language. Undefined where the server chooses. */
  track: number | string | undefined;
}
