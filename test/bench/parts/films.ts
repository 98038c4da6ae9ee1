import { bareSeconds } from '../bare-ffmpeg.ts';
import { apiOf, type Bench, discard, untilDone, upload } from '../bench.ts';
import { cpuSecondsOfMachine } from '../cpu-time.ts';
import { oneMinuteFilms, writeMark } from '../make-films.ts';
import { ratioOf, timed } from '../statistics.ts';

export const DEFAULT_FILMS = 20;
const AT_ONCE = 2;
/** Films on the disk and in the store at a time, at most. Of more films, each is deleted when it is done, and gives its place to the next. */
const MOST_STORED = 50;
const QUICK_FILMS = 3;

/** Sends many short films at once, and compares the time until all are done, and the CPU time, with ffmpeg alone, two at a time. */
export async function films(bench: Bench): Promise<void> {
  const count = bench.isQuick ? QUICK_FILMS : bench.films;
  const paths = await oneMinuteFilms(Math.min(count, MOST_STORED), bench);
  const bare = { seconds: [] as number[], cpu: [] as number[] };
  const ours = { seconds: [] as number[], cpu: [] as number[] };
  for (let run = 0; run < bench.runs; run++) {
    const start = cpuSecondsOfMachine();
    bare.seconds.push((await timed(() => convertBare(bench, paths, count)))[0]);
    const middle = cpuSecondsOfMachine();
    bare.cpu.push((middle - start) / count);
    ours.seconds.push(await convertAll(bench, paths, count));
    ours.cpu.push((cpuSecondsOfMachine() - middle) / count);
  }
  const { report } = bench;
  report.heading(`${count} films of one minute, ${paths.length} at once, -q:a 2`);
  report.row({ name: 'bare ffmpeg, two at a time', values: bare.seconds, unit: 's' });
  report.row({ name: 'until all are done', values: ours.seconds, unit: 's' });
  const ratio = ratioOf(ours.seconds, bare.seconds);
  report.row({ name: '÷ bare ffmpeg', values: [ratio], unit: '×', limit: { atMost: 1.6 } });
  report.row({ name: 'CPU of bare ffmpeg, each minute of film', values: bare.cpu, unit: 's' });
  report.row({ name: 'CPU of the machine, each minute of film', values: ours.cpu, unit: 's' });
  report.row({ name: 'CPU ÷ bare ffmpeg', values: [ratioOf(ours.cpu, bare.cpu)], unit: '×' });
}

async function convertBare(bench: Bench, paths: readonly string[], count: number): Promise<void> {
  const left = Array.from({ length: count }, (_, number) => pathOf(paths, number)).values();
  const worker = async () => {
    for (const path of left) await bareSeconds(bench, path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Returns the seconds until the last film is done. A new account has no earlier jobs with this content. */
async function convertAll(bench: Bench, paths: readonly string[], count: number): Promise<number> {
  const account = await apiOf(bench).newAccount();
  const send = async (number: number): Promise<string> => {
    const path = pathOf(paths, number);
    await writeMark(path, number);
    return upload(bench, account, path);
  };
  const [seconds, ids] = await timed(async () => {
    const sent = await Promise.all(paths.map((_, number) => send(number)));
    for (let number = paths.length; number < count; number++) {
      const oldest = sent.shift() as string;
      await untilDone(bench, account, oldest);
      await discard(bench, account, oldest);
      sent.push(await send(number));
    }
    // One after the other, so that few requests disturb the conversions.
    for (const id of sent) await untilDone(bench, account, id);
    return sent;
  });
  for (const id of ids) await discard(bench, account, id);
  return seconds;
}

const pathOf = (paths: readonly string[], number: number): string => paths[number % paths.length] as string;
