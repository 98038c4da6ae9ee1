import { bareSeconds } from '../bare-ffmpeg.ts';
import { apiOf, type Bench, discard, untilDone, upload } from '../bench.ts';
import { cpuSecondsBelow } from '../cpu-time.ts';
import { oneMinuteFilms } from '../make-films.ts';
import { ratioOf, timed } from '../statistics.ts';

const AT_ONCE = 2;

/** Sends many short films at once, and compares the time until all are done with ffmpeg alone, two at a time. */
export async function films(bench: Bench): Promise<void> {
  const paths = await oneMinuteFilms(bench.isQuick ? 3 : 20, bench);
  const bare: number[] = [];
  const ours: number[] = [];
  const cpu: number[] = [];
  for (let run = 0; run < bench.runs; run++) {
    bare.push((await timed(() => convertBare(bench, paths)))[0]);
    const before = cpuSecondsBelow(process.pid);
    ours.push(await convertAll(bench, paths));
    cpu.push((cpuSecondsBelow(process.pid) - before) / paths.length);
  }
  const { report } = bench;
  report.heading(`${paths.length} films of one minute at once, -q:a 2`);
  report.row({ name: 'bare ffmpeg, two at a time', values: bare, unit: 's' });
  report.row({ name: 'until all are done', values: ours, unit: 's' });
  report.row({ name: '÷ bare ffmpeg', values: [ratioOf(ours, bare)], unit: '×', limit: { atMost: 1.6 } });
  report.row({ name: 'CPU of all processes per film', values: cpu, unit: 's' });
}

async function convertBare(bench: Bench, paths: string[]): Promise<void> {
  const left = paths.values();
  const worker = async () => {
    for (const path of left) await bareSeconds(bench, path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Returns the seconds until the last film is done. A new account has no earlier jobs with this content. */
async function convertAll(bench: Bench, paths: string[]): Promise<number> {
  const account = await apiOf(bench).newAccount();
  const [seconds, ids] = await timed(async () => {
    const sent = await Promise.all(paths.map((path) => upload(bench, account, path)));
    // One after the other, so that few requests disturb the conversions.
    for (const id of sent) await untilDone(bench, account, id);
    return sent;
  });
  for (const id of ids) await discard(bench, account, id);
  return seconds;
}
