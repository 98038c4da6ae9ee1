import { availableParallelism } from 'node:os';
import type { JobView } from '../../../services/shared/jobs/job-view.ts';
import type { Account } from '../../support/client.ts';
import { waitFor } from '../../support/wait.ts';
import { apiOf, type Bench, discard, untilDone, upload } from '../bench.ts';
import { clips, soundsOfTwoHours } from '../make-films.ts';
import { timed } from '../statistics.ts';

const CLIPS = 50;
const MANY = 100;
const QUICK_CLIPS = 3;
/** Clips may wait for minutes until a film is converted. */
const PATIENT = { timeoutMs: 20 * 60_000 };

/** Measures what clips wait for: films of two hours in all slots of the converter, and the hundred clips of another user. */
export async function turns(bench: Bench): Promise<void> {
  const slots = availableParallelism();
  const count = bench.isQuick ? QUICK_CLIPS : CLIPS;
  const [films, short] = [await soundsOfTwoHours(slots, bench), await clips(count, bench)];
  bench.report.heading(`${count} clips of 20 seconds while ${slots} films of two hours are converted`);
  await behindFilms(bench, { films, short, isSameUser: false });
  await behindFilms(bench, { films, short, isSameUser: true });
  await behindMany(bench, await clips(bench.isQuick ? QUICK_CLIPS : MANY, bench));
}

interface Behind {
  films: readonly string[];
  short: readonly string[];
  isSameUser: boolean;
}

async function behindFilms(bench: Bench, { films, short, isSameUser }: Behind): Promise<void> {
  const of = isSameUser ? 'of the same user' : 'of another user';
  const times = { first: [] as number[], all: [] as number[], films: [] as number[] };
  for (let run = 0; run < bench.runs; run++) {
    const owner = await apiOf(bench).newAccount();
    const user = isSameUser ? owner : await apiOf(bench).newAccount();
    const [seconds] = await timed(async () => {
      const long = await sendAll(bench, owner, films);
      for (const id of long) await untilBegun(bench, owner, id);
      await timeClips(bench, user, short, times);
      for (const id of long) await untilDone(bench, owner, id);
      for (const id of long) await discard(bench, owner, id);
    });
    times.films.push(seconds);
  }
  bench.report.row({ name: `the first clip ${of} is done`, values: times.first, unit: 's' });
  bench.report.row({ name: `all clips ${of} are done`, values: times.all, unit: 's' });
  bench.report.row({ name: 'the films are done', values: times.films, unit: 's' });
}

/** Sends clips, and adds the seconds until the first one and until all are done. */
async function timeClips(
  bench: Bench,
  user: Account,
  short: readonly string[],
  times: { first: number[]; all: number[] },
): Promise<void> {
  const begunAt = performance.now();
  const ids = await sendAll(bench, user, short);
  await waitFor('the first clip', async () => (await countDone(bench, user)) > 0, PATIENT);
  times.first.push((performance.now() - begunAt) / 1000);
  for (const id of ids) await untilDone(bench, user, id);
  times.all.push((performance.now() - begunAt) / 1000);
  for (const id of ids) await discard(bench, user, id);
}

/** One user sends many clips, and then another one a single clip. */
async function behindMany(bench: Bench, short: readonly string[]): Promise<void> {
  const done: number[] = [];
  const seconds: number[] = [];
  for (let run = 0; run < bench.runs; run++) {
    const [many, one] = [await apiOf(bench).newAccount(), await apiOf(bench).newAccount()];
    const ids: string[] = [];
    for (const path of short) ids.push(await upload(bench, many, path));
    const before = await countDone(bench, many);
    const [waited, last] = await timed(async () => {
      const id = await upload(bench, one, short[0] as string);
      await untilDone(bench, one, id);
      return id;
    });
    seconds.push(waited);
    done.push((await countDone(bench, many)) - before);
    for (const id of ids) await untilDone(bench, many, id);
    for (const id of ids) await discard(bench, many, id);
    await discard(bench, one, last);
  }
  bench.report.heading(`One clip behind ${short.length} of another user`);
  bench.report.row({ name: 'the one clip is done', values: seconds, unit: 's' });
  bench.report.row({ name: 'clips of the other, done meanwhile', values: done, unit: 'clips', digits: 0 });
}

/** The finished jobs of a user, up to 100. */
async function countDone(bench: Bench, user: Account): Promise<number> {
  const api = apiOf(bench);
  const response = await api.send('/jobs?status=done&limit=100', { headers: api.bearer(user) });
  const { jobs } = (await response.json()) as { jobs: JobView[] };
  return jobs.length;
}

const sendAll = (bench: Bench, user: Account, paths: readonly string[]): Promise<string[]> =>
  Promise.all(paths.map((path) => upload(bench, user, path)));

const untilBegun = (bench: Bench, user: Account, id: string) =>
  waitFor(
    `job ${id} to begin`,
    async () => (await apiOf(bench).job(user, id)).status === 'converting' || undefined,
    { signal: bench.signal },
  );
