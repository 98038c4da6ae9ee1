import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import type { Planner } from '../../services/gateway/client/sound/planner.ts';
import { media } from './media.ts';
import { planWith, soundOutcome, withLocalFile, writePlan } from './sound-outcome.ts';

/** A picture of noise, so that it is far larger than its sound: about 0.6 MB a second. */
export const noisyPicture = (seconds: number, codec: 'h264' | 'mpeg2' | 'theora' | 'flv1' = 'h264') =>
  media(
    'picture.nut',
    ...['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25:d=${seconds},noise=alls=40:allf=t`],
    ...PICTURES[codec],
  );

const PICTURES = {
  h264: [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-bf',
    '2',
    '-b:v',
    '5M',
    '-maxrate',
    '5M',
    '-bufsize',
    '5M',
  ],
  mpeg2: ['-c:v', 'mpeg2video', '-bf', '2', '-b:v', '5M', '-maxrate', '5M', '-bufsize', '2M'],
  theora: ['-c:v', 'libtheora', '-b:v', '5M'],
  flv1: ['-c:v', 'flv1', '-b:v', '5M'],
};

export interface ComparedSound {
  /** Bytes of the film, and of what is sent of it. */
  film: number;
  sent: number;
  track: number;
}

/**
 * Plans what is sent of a film, converts both, and asserts that all that comes of them is the same: the MP3, the warnings, the
 * length and the list of tracks, or the failure. Returns undefined where the film is sent whole.
 */
export async function compareSound(
  planner: Planner,
  path: string,
  track?: number | string,
): Promise<ComparedSound | undefined> {
  const sent = `${path}.${process.pid}.sound`;
  try {
    const compared = await withLocalFile(path, async (file) => {
      const plan = await planWith(planner, file, track);
      if (plan) await writePlan(plan, sent);
      return plan && { film: file.size, sent: plan.file.size, track: plan.track };
    });
    if (!compared) return undefined;
    const options = track === undefined ? {} : { track };
    const [whole, sound] = [await soundOutcome(path, options), await soundOutcome(sent, options)];
    assert.deepEqual(sound, whole);
    return compared;
  } finally {
    await rm(sent, { force: true });
  }
}
