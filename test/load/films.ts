import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodedSeconds, video } from '../support/media.ts';
import { randomBytes } from '../support/random.ts';
import type { User } from './users.ts';

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
  ledger: Sent[];
}

/** Every user sends one film after the other, looks at its job and logs in again, until there are enough. */
export async function sendFilms({
  users,
  footage,
  name,
  run,
  jobs,
  during,
  pauseMs,
  ledger,
}: LoadOptions): Promise<void> {
  let over = false;
  let sent = 0;
  const ends = () => {
    over = true;
  };
  const ended = during.finally(ends);
  ended.catch(() => undefined);
  await Promise.all(
    users.map(async (user) => {
      while (sent < jobs || !over) {
        const number = ++sent;
        const filename = `${name}-${number}-${run}.mp4`;
        const bytes = footage.film(ledger.length);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const { seconds } = footage;
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
        await sleep(pauseMs);
      }
    }),
  );
  await ended;
}
