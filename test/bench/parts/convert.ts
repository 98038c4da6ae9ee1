import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formatSize } from '../../../services/shared/runtime/format.ts';
import { durationOf } from '../../support/media.ts';
import { apiOf, type Bench, upload } from '../bench.ts';
import { tenMinutes } from '../films.ts';
import { expected, median, spread, timed } from '../statistics.ts';

const run = promisify(execFile);

/** Compares the time from the upload of a film to its MP3 with that of ffmpeg alone. */
export async function convert(bench: Bench): Promise<void> {
  const film = await tenMinutes(bench.filmDir, bench.signal);
  const api = apiOf(bench);
  const bare: number[] = [];
  const ours: number[] = [];
  const uploads: number[] = [];
  for (let i = 0; i < bench.runs; i++) {
    const out = join(bench.filmDir, 'bare.mp3');
    const args = ['-v', 'error', '-nostdin', '-y', '-i', film, '-q:a', '2', out];
    bare.push((await timed(() => run('ffmpeg', args, { signal: bench.signal })))[0]);
    const account = await api.newAccount();
    const [total, job] = await timed(async () => {
      const [uploading, id] = await timed(() => upload(bench, account, film));
      uploads.push(uploading);
      return api.finished(account, id);
    });
    if (job.status !== 'done') throw new Error(JSON.stringify(job.error));
    const off = Math.abs((job.mp3?.duration_seconds ?? 0) - (await durationOf(film)));
    if (off > 0.1) throw new Error(`the length of the MP3 is ${off} s off`);
    ours.push(total);
  }
  const { size } = await stat(film);
  const ratio = median(ours) / median(bare);
  console.log(`
10 minutes, ${formatSize(size)}, -q:a 2
  bare ffmpeg              ${spread(bare)}
  upload to done           ${spread(ours)}, including the upload of ${median(uploads).toFixed(2)} s
  ratio                    ${ratio.toFixed(2)}   ${expected(ratio <= 1.3, '≤ 1.3')}`);
}
