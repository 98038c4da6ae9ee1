import { join } from 'node:path';
import { apiOf, type Bench, discard, pauseConverter, upload } from '../bench.ts';
import { copyWithMark, tenMinutes, writeMark } from '../make-films.ts';
import { settleDisk } from '../settle-disk.ts';
import { median, timed } from '../statistics.ts';

/** Compares the slowest of many equal uploads, one after the other, with the median. Nothing is converted meanwhile. */
export async function stall(bench: Bench): Promise<void> {
  const count = bench.isQuick ? 5 : 50;
  const film = join(bench.filmDir, 'stall.mp4');
  await copyWithMark(await tenMinutes(bench), film);
  await settleDisk(bench);
  const account = await apiOf(bench).newAccount();
  const times: number[] = [];
  const resume = pauseConverter(bench);
  try {
    for (let number = 0; number < count; number++) {
      await writeMark(film, number);
      const [seconds, id] = await timed(() => upload(bench, account, film));
      times.push(seconds);
      await discard(bench, account, id);
    }
  } finally {
    resume();
  }
  const { report } = bench;
  const ratio = Math.max(...times) / median(times);
  report.heading(`${count} uploads of 10 minutes, one after the other`);
  report.row({ name: 'upload', values: times, unit: 's' });
  report.row({ name: 'slowest ÷ median', values: [ratio], unit: '×', limit: { atMost: 1.5 } });
}
