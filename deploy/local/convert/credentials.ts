import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { readIfThere, writePrivate } from '../private-files.ts';
import { waitForLock } from '../processes/lock.ts';
import { Failure, messageOf } from './failure.ts';

export interface Credentials {
  email: string;
  password: string;
}

/** Accounts that were made for the user, by gateway; the first of a gateway is the one that is used. */
export interface CredentialStore {
  readonly file: string;
  find(url: string, email?: string): Credentials | undefined;
  /** One that a run was about to register when it ended: whether it exists is not known. */
  findPending(url: string, email?: string): Credentials | undefined;
  add(url: string, credentials: Credentials): void;
  addPending(url: string, credentials: Credentials): void;
  remove(url: string, credentials: Credentials): void;
  /** No other run of this user changes the file while `work` runs. Where there can be no lock, nothing can be kept. */
  exclusively<T>(work: () => Promise<T>, onWait: () => void, signal: AbortSignal): Promise<T>;
}

/** The other run waits up to a minute for a busy gateway. */
const LOCK_MS = 2 * 60_000;

const entry = z.object({ email: z.string(), password: z.string(), pending: z.boolean().optional() });
const kept = z.record(z.string(), z.array(entry));
type Entry = z.infer<typeof entry>;
type Kept = z.infer<typeof kept>;

export function credentialsFile(env: NodeJS.ProcessEnv): string {
  // The XDG specification: a relative path is to be ignored.
  const given = env.XDG_CONFIG_HOME;
  const config = given && path.isAbsolute(given) ? given : path.join(homedir(), '.config');
  return path.join(config, 'mp3converter', 'credentials.json');
}

export function createCredentialStore(file: string): CredentialStore {
  function read(): Kept {
    try {
      const text = readIfThere(file);
      return text === undefined ? {} : kept.parse(JSON.parse(text));
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code ?? 'it is damaged';
      throw new Failure(`${file} cannot be used (${reason}). Repair it, or delete it for a new account.`, {
        cause,
      });
    }
  }

  function write(all: Kept): void {
    try {
      writePrivate(file, `${JSON.stringify(all, null, 2)}\n`);
    } catch (cause) {
      throw new Failure(`The new account cannot be kept in ${file}: ${messageOf(cause)}`, { cause });
    }
  }

  const without = (all: Kept, url: string, { email }: Credentials) =>
    (all[url] ?? []).filter((entry) => entry.email !== email);

  function put(url: string, entry: Entry): void {
    const all = read();
    write({ ...all, [url]: [...without(all, url, entry), entry] });
  }

  const search = (url: string, email: string | undefined, isPending: boolean): Credentials | undefined => {
    const wanted = email?.toLowerCase();
    const found = read()[url]?.find(
      (entry) =>
        (entry.pending ?? false) === isPending &&
        (wanted === undefined || entry.email.toLowerCase() === wanted),
    );
    return found && { email: found.email, password: found.password };
  };

  return {
    file,
    find: (url, email) => search(url, email, false),
    findPending: (url, email) => search(url, email, true),
    add: (url, { email, password }) => put(url, { email, password }),
    addPending: (url, { email, password }) => put(url, { email, password, pending: true }),
    remove(url, credentials) {
      const all = read();
      write({ ...all, [url]: without(all, url, credentials) });
    },
    async exclusively(work, onWait, signal) {
      const release = await lock(`${file}.lock`, onWait, signal);
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}

async function lock(file: string, onWait: () => void, signal: AbortSignal): Promise<() => void> {
  const timeout = AbortSignal.timeout(LOCK_MS);
  try {
    return await waitForLock(file, onWait, AbortSignal.any([signal, timeout]));
  } catch (cause) {
    signal.throwIfAborted();
    if (timeout.aborted) throw new Failure(`Another run holds ${file}, and does not end.`, { cause });
    // Where no lock can be written, no account can be kept either.
    return () => undefined;
  }
}
