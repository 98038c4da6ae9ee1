import { reportComparison } from '../bare-ffmpeg.ts';
import type { Bench } from '../bench.ts';
import { oneHour } from '../make-films.ts';

/** Compares the time from the upload of a long film to its MP3 with that of ffmpeg alone. */
export async function hour(bench: Bench): Promise<void> {
  await reportComparison(bench, await oneHour(bench), { title: '60 minutes', most: 0.7 });
}
