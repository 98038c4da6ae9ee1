import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinalStatus, type JobView } from '../../services/shared/jobs/job.ts';
import { decodedSeconds, video } from '../support/media.ts';
import { randomBytes } from '../support/random.ts';
import type { User } from './user.ts';

/** Between two looks of a user at jobs that have not ended. */
const LOOK_MS = 1_000;

export interface Sent {
  user: User;
  /** No other upload has it: mails and jobs are told apart by it. */
  filename: string;
  sha256: string;
  /** What its MP3 must last. */
  seconds: number;
  /** Of the 202; undefined when it was refused. */
  id: string | undefined;
  /** What the upload was answered, or how it or what came after it failed. */
  answer: string;
}

export interface Footage {
  /** A film whose bytes no other number has. */
  film(number: number): Buffer;
  /** What their MP3s must last. */
  seconds: number;
}

export async function shoot(seconds = 3): Promise<Footage> {
  const file = await video(seconds);
  const film = await readFile(file);
  return {
    seconds: await decodedSeconds(file),
    film(number) {
      // ISO 14496-12 8.1.2: a box of type `free` may stand anywhere and is to be ignored.
      const box = Buffer.alloc(8 + 1024);
      box.writeUInt32BE(box.length);
      box.write('free', 4);
      randomBytes(1024).copy(box, 8);
      box.writeUInt32BE(number, 8);
      return Buffer.concat([film, box]);
    },
  };
}

export interface LoadOptions {
  users: readonly User[];
  footage: Footage;
  /** Part of the files' names … */
  name: string;
  /** … as is this, which tells them from those of another run. */
  run: string;
  /** At least so many jobs … */
  jobs: number;
  /** … and on until this is over. */
  during: Promise<unknown>;
  /** Between two uploads of one user. */
  pauseMs: number;
  /**
   * A user with so many jobs that have not ended waits before the next upload. Otherwise a slow machine, on which `during` takes
   * longer and conversions too, is sent more than it can convert in time. Default: no limit.
   */
  openPerUser?: number;
  ledger: Sent[];
}

/** Every user sends one film after the other, looks at its job and logs in again, until there are enough. */
export async function sendFilms(options: LoadOptions): Promise<void> {
  const { users, jobs, during, pauseMs, openPerUser = Number.POSITIVE_INFINITY } = options;
  let over = false;
  let sent = 0;
  const ended = during.finally(() => {
    over = true;
  });
  ended.catch(() => undefined);
  const isEnough = (): boolean => over && sent >= jobs;
  await Promise.all(
    users.map(async (user) => {
      const own: Sent[] = [];
      while (!isEnough()) {
        // What is left to be sent at the end does not wait: no job that hangs may hold the test up.
        const isFull = !over && own.length >= openPerUser && (await openAmong(own)).length >= openPerUser;
        if (isFull) {
          await sleep(LOOK_MS);
          continue;
        }
        own.push(await sendFilm(user, ++sent, options));
        await sleep(pauseMs);
      }
    }),
  );
  await ended;
}

async function sendFilm(
  user: User,
  number: number,
  { footage: { film, seconds }, name, run, ledger }: LoadOptions,
): Promise<Sent> {
  const filename = `${name}-${number}-${run}.mp4`;
  const bytes = film(ledger.length);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const entry: Sent = { user, filename, sha256, seconds, id: undefined, answer: 'none' };
  ledger.push(entry);
  try {
    const { status, bytes: said } = await user.upload(filename, bytes);
    entry.answer = `${status}`;
    if (status === 202) {
      entry.id = (JSON.parse(said.toString()) as { id: string }).id;
      await user.get(`/jobs/${entry.id}`);
      await user.logIn();
    }
  } catch (error) {
    entry.answer = (error as Error).message;
  }
  return entry;
}

/** Those whose jobs have not ended, as far as their user can see. Forgets the others. */
async function openAmong(sent: Sent[]): Promise<Sent[]> {
  const open: Sent[] = [];
  for (const entry of sent) {
    if (entry.id === undefined) continue;
    const answer = await entry.user.get(`/jobs/${entry.id}`).catch(() => undefined);
    const job = answer?.status === 200 ? (JSON.parse(answer.bytes.toString()) as JobView) : undefined;
    if (job === undefined || !isFinalStatus(job.status)) open.push(entry);
  }
  sent.splice(0, sent.length, ...open);
  return open;
}
