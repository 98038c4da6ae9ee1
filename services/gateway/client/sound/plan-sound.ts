import type { LocalFile } from '../local-file.ts';
import { type BufferedFile, bufferFile } from './buffered-file.ts';
import { planMatroska } from './matroska/plan-matroska.ts';

/** What is sent of a film instead of all of it: a smaller file of the same container, without the picture. */
export interface SoundPlan {
  /** The file to send. The same film always gives the same bytes, so that a later run can resume. */
  file: LocalFile;
  /** Position of its audio track among those of the film, from 1. */
  track: number;
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

/** Each container has a planner. None of them decodes anything. */
const PLANNERS: readonly Planner[] = [planMatroska];

/** Where the sound is not much smaller than the film, the film is sent: it is certain to be right. Share of the film. */
const WORTHWHILE_SHARE = 0.9;

/**
 * Plans which bytes of a film have to be sent, so that its MP3 is the same as that of the whole film. Returns undefined where the
 * whole file has to be sent: for a container or codec that is not known well enough, for a damaged file, for an option that needs
 * the picture, and where not much would be saved.
 *
 * @param options query parameters of the conversion. Invalid ones are left to the server.
 * @throws what reading the file throws; the reason of the signal
 */
export async function planSound(
  file: LocalFile,
  options: Record<string, string>,
  signal: AbortSignal,
): Promise<SoundPlan | undefined> {
  if (options.cover === 'frame') return undefined;
  const bytes = bufferFile(file, signal);
  for (const plan of PLANNERS) {
    const found = await plan({ file, bytes }, { track: wantedTrack(options.track) });
    if (found) return found.file.size <= file.size * WORTHWHILE_SHARE ? found : undefined;
  }
  return undefined;
}

const wantedTrack = (text: string | undefined): number | string | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
