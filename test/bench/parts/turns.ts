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

/**
 * Measures what clips wait for: films of two hours in all slots of the converter, and the hundred clips of another user. Each run
 * measures the same clips and films alone as well, and the ratios are those of one run, because a machine changes between runs.
 */
export async function turns(bench: Bench): Promise<void> {
  const slots = availableParallelism();
  const [films, short] = [
    await soundsOfTwoHours(slots, bench),
    await clips(bench.isQuick ? QUICK_CLIPS : CLIPS, bench),
  ];
  await besideFilms(bench, films, short);
  await behindMany(bench, await clips(bench.isQuick ? QUICK_CLIPS : MANY, bench));
}

/** Seconds from the first byte of the clips until the first one and until all are done. */
interface ClipTimes {
  first: number;
  all: number;
}

/** What clips take beside films, and how long the films take beside them, in seconds. */
interface Beside {
  clips: ClipTimes;
  films: number;
}

/** One run: the same clips and films alone, and together. */
interface Run extends Record<'another' | 'same', Beside> {
  alone: Beside;
}

async function besideFilms(bench: Bench, films: readonly string[], short: readonly string[]): Promise<void> {
  const runs: Run[] = [];
  const clipsOf = (user: Account) => timeClips(bench, user, short);
  const newUser = () => apiOf(bench).newAccount();
  while (runs.length < bench.runs) {
    const alone = await clipsOf(await newUser());
    runs.push({
      alone: { clips: alone, films: (await timeFilms(bench, films, async () => alone)).films },
      another: await timeFilms(bench, films, async () => clipsOf(await newUser())),
      same: await timeFilms(bench, films, clipsOf),
    });
  }
  const row = (name: string, unit: string, pick: (run: Run) => number) =>
    bench.report.row({ name, values: runs.map(pick), unit });
  const figures = (who: keyof Run, where: string) => {
    const each: [name: string, pick: (beside: Beside) => number][] = [
      [`the first clip ${where} is done`, ({ clips }) => clips.first],
      [`all clips ${where} are done`, ({ clips }) => clips.all],
      [`the films ${where} are done`, (beside) => beside.films],
    ];
    for (const [name, pick] of each) {
      row(name, 's', (run) => pick(run[who]));
      if (who !== 'alone') row('  ÷ alone', '×', (run) => pick(run[who]) / pick(run.alone));
    }
  };
  bench.report.heading(
    `${short.length} clips of 20 seconds while ${films.length} films of two hours are converted`,
  );
  figures('alone', 'alone');
  figures('another', 'of two users');
  figures('same', 'of one user');
}

/** Sends films, and does something when all of them are being converted. The seconds are those until the films are done. */
async function timeFilms(
  bench: Bench,
  films: readonly string[],
  meanwhile: (owner: Account) => Promise<ClipTimes>,
): Promise<Beside> {
  const owner = await apiOf(bench).newAccount();
  const begunAt = performance.now();
  const ids = await sendAll(bench, owner, films);
  for (const id of ids) await untilBegun(bench, owner, id);
  const clips = await meanwhile(owner);
  for (const id of ids) await untilDone(bench, owner, id);
  const seconds = (performance.now() - begunAt) / 1000;
  for (const id of ids) await discard(bench, owner, id);
  return { clips, films: seconds };
}

/** Sends clips, and deletes them when all are done. */
async function timeClips(bench: Bench, user: Account, short: readonly string[]): Promise<ClipTimes> {
  const begunAt = performance.now();
  const seconds = () => (performance.now() - begunAt) / 1000;
  const ids = await sendAll(bench, user, short);
  const isAnyDone = async () => (await countDone(bench, user)) > 0;
  await waitFor('the first clip', isAnyDone, { ...PATIENT, signal: bench.signal });
  const first = seconds();
  for (const id of ids) await untilDone(bench, user, id);
  const all = seconds();
  for (const id of ids) await discard(bench, user, id);
  return { first, all };
}

/** Compares the time of one clip alone with its time behind many clips of another user. */
async function behindMany(bench: Bench, short: readonly string[]): Promise<void> {
  const [one] = short.slice(0, 1) as [string];
  const runs: { alone: number; behind: number; done: number }[] = [];
  while (runs.length < bench.runs) {
    const alone = await timeOne(bench, one);
    const many = await apiOf(bench).newAccount();
    const ids: string[] = [];
    for (const path of short) ids.push(await upload(bench, many, path));
    const before = await countDone(bench, many);
    const behind = await timeOne(bench, one);
    runs.push({ alone, behind, done: (await countDone(bench, many)) - before });
    for (const id of ids) await untilDone(bench, many, id);
    for (const id of ids) await discard(bench, many, id);
  }
  const row = (name: string, unit: string, values: number[], digits = 2) =>
    bench.report.row({ name, values, unit, digits });
  bench.report.heading(`One clip behind ${short.length} of another user`);
  row(
    'the one clip alone is done',
    's',
    runs.map(({ alone }) => alone),
  );
  row(
    'the one clip behind them is done',
    's',
    runs.map(({ behind }) => behind),
  );
  row(
    '  ÷ alone',
    '×',
    runs.map(({ alone, behind }) => behind / alone),
  );
  row(
    'clips of the other, done meanwhile',
    'clips',
    runs.map(({ done }) => done),
    0,
  );
}

/** Sends one clip of a new user. Resolves with the seconds until it is done. */
async function timeOne(bench: Bench, path: string): Promise<number> {
  const user = await apiOf(bench).newAccount();
  const [seconds, id] = await timed(async () => {
    const sent = await upload(bench, user, path);
    await untilDone(bench, user, sent);
    return sent;
  });
  await discard(bench, user, id);
  return seconds;
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
  waitFor(`job ${id} to begin`, async () => (await apiOf(bench).job(user, id)).status !== 'queued', {
    signal: bench.signal,
  });
