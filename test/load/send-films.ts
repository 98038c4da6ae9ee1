import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinalStatus } from '../../services/shared/jobs/job.ts';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import type { FilmSource } from './film-source.ts';
import type { User } from './user.ts';

/** The methods of a user that the load needs. */
export type LoadUser = Pick<User, 'email' | 'logIn' | 'upload' | 'get'>;

/** One upload of the load. */
export interface SentFilm {
  user: LoadUser;
  /** Unique, so that it identifies the upload in mails and jobs. */
  filename: string;
  sha256: string;
  /** The length that its MP3 must have. */
  seconds: number;
  /** The job id of the 202, or undefined if the upload was refused. */
  id: string | undefined;
  /** The status of the upload, or the error of the upload or of what followed it. */
  result: string;
}

export interface SendOptions {
  users: readonly LoadUser[];
  films: FilmSource;
  /** The first part of the file names. */
  name: string;
  /** The last part of the file names, which no other test run has. */
  run: string;
  /** The least number of films. */
  jobs: number;
  /** Films are sent at least until this is settled. */
  during: Promise<unknown>;
  /** Between two uploads of one user, ms. */
  pauseMs: number;
  /**
   * A user with this many open jobs waits before the next upload. Otherwise a slow machine, on which both `during` and
   * conversions take longer, would get more films than it can convert in time. Default: no limit.
   */
  openPerUser?: number;
  /** Between two polls of a user who waits, ms. Default: 1 s. */
  pollMs?: number;
  /** All films of all loads. The new ones are added. */
  sent: SentFilm[];
}

/** Every user sends one film after the other, asks for its job and logs in again, until there are enough. */
export async function sendFilms(options: SendOptions): Promise<void> {
  const { users, jobs, during, pauseMs, openPerUser = Number.POSITIVE_INFINITY, pollMs = 1_000 } = options;
  let isOver = false;
  let count = 0;
  const ended = during.finally(() => {
    isOver = true;
  });
  // It is awaited below. Until then, a failure must not count as an unhandled rejection.
  ended.catch(() => undefined);
  const isEnough = (): boolean => isOver && count >= jobs;
  async function sendAll(user: LoadUser): Promise<void> {
    const open: SentFilm[] = [];
    while (!isEnough()) {
      // The films that are missing at the end are not held back, because a job that hangs must not hold up the test.
      const mustWait = !isOver && open.length >= openPerUser;
      if (mustWait) await removeEnded(open);
      if (mustWait && open.length >= openPerUser) {
        await sleep(pollMs);
        continue;
      }
      open.push(await sendFilm(user, ++count, options));
      await sleep(pauseMs);
    }
  }
  await Promise.all(users.map(sendAll));
  await ended;
}

async function sendFilm(
  user: LoadUser,
  number: number,
  { films: { film, seconds }, name, run, sent }: SendOptions,
): Promise<SentFilm> {
  const filename = `${name}-${number}-${run}.mp4`;
  const bytes = film(sent.length);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const entry: SentFilm = { user, filename, sha256, seconds, id: undefined, result: 'none' };
  sent.push(entry);
  try {
    const { status, bytes: body } = await user.upload(filename, bytes);
    entry.result = `${status}`;
    if (status === 202) {
      entry.id = (JSON.parse(body.toString()) as { id: string }).id;
      await user.get(`/jobs/${entry.id}`);
      await user.logIn();
    }
  } catch (error) {
    entry.result = (error as Error).message;
  }
  return entry;
}

/** Keeps only the films whose jobs, as far as their user can see, are not final. */
async function removeEnded(films: SentFilm[]): Promise<void> {
  const open: SentFilm[] = [];
  for (const film of films) {
    if (film.id === undefined) continue;
    const answer = await film.user.get(`/jobs/${film.id}`).catch(() => undefined);
    const job = answer?.status === 200 ? (JSON.parse(answer.bytes.toString()) as JobView) : undefined;
    if (job === undefined || !isFinalStatus(job.status)) open.push(film);
  }
  films.splice(0, films.length, ...open);
}
