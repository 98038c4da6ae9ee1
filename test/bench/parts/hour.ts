import { formatSize } from '../../../services/shared/runtime/format.ts';
import { compareWithBare, sizeOf } from '../bare-ffmpeg.ts';
import type { Bench } from '../bench.ts';
import { oneHour } from '../make-films.ts';
import { ratioOf } from '../statistics.ts';

/** Compares the time from the upload of a long film to its MP3 with that of ffmpeg alone. */
export async function hour(bench: Bench): Promise<void> {
  const { report } = bench;
  const film = await oneHour(bench);
  report.heading(`60 minutes, ${formatSize(await sizeOf(film))}, -q:a 2`);
  const { bare, ours, uploads } = await compareWithBare(bench, film);
  report.row({ name: 'bare ffmpeg', values: bare, unit: 's' });
  report.row({ name: 'upload to done', values: ours, unit: 's' });
  report.row({ name: 'of it, the upload', values: uploads, unit: 's' });
  report.row({ name: '÷ bare ffmpeg', values: [ratioOf(ours, bare)], unit: '×', limit: { atMost: 0.7 } });
}
