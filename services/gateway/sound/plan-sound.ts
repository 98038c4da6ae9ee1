import { planAvi } from './avi/plan-avi.ts';
import { bufferFile } from './buffered-file.ts';
import { planFlv } from './flv/plan-flv.ts';
import { planIsoMedia } from './iso-media/plan-iso-media.ts';
import type { LocalFile } from './local-file.ts';
import { planMatroska } from './matroska/plan-matroska.ts';
import { planMpegPs } from './mpeg-ps/plan-mpeg-ps.ts';
import { planMpegTs } from './mpeg-ts/plan-mpeg-ts.ts';
import { planOgg } from './ogg/plan-ogg.ts';
import type { Planner, SoundPlan } from './planner.ts';

export type { SoundPlan } from './planner.ts';

/** Each container has a planner. None of them decodes anything. */
const PLANNERS: readonly Planner[] = [
  planIsoMedia,
  planMatroska,
  planMpegTs,
  planFlv,
  planAvi,
  planMpegPs,
  planOgg,
];

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
  const plan = await planSmallerFile(file, options, signal);
  return plan && plan.file.size <= file.size * WORTHWHILE_SHARE ? plan : undefined;
}

/** Like {@link planSound}, also where not much is saved. */
export async function planSmallerFile(
  file: LocalFile,
  options: Record<string, string>,
  signal: AbortSignal,
): Promise<SoundPlan | undefined> {
  if (options.cover === 'frame') return undefined;
  const bytes = bufferFile(file, signal);
  for (const plan of PLANNERS) {
    const found = await plan({ file, bytes }, { track: wantedTrack(options.track) });
    if (found) return found;
  }
  return undefined;
}

const wantedTrack = (text: string | undefined): number | string | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
