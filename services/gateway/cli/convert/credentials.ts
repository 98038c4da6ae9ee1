import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { waitForLock } from '../../../../deploy/process/lock.ts';
import { readIfThere, writePrivate } from '../../../../deploy/process/private-files.ts';
import { Failure, messageOf } from './failure.ts';

export interface Credentials {
  email: string;
  password: string;
}

/** The accounts that were made for the user, grouped by gateway. The first account of a gateway is the default. */
export interface CredentialStore {
  readonly file: string;
  find(url: string, email?: string): Credentials | undefined;
  /** An account whose registration was not confirmed: it may or may not exist. */
  findPending(url: string, email?: string): Credentials | undefined;
  add(url: string, credentials: Credentials): void;
  addPending(url: string, credentials: Credentials): void;
  remove(url: string, credentials: Credentials): void;
  /**
   * Runs `work` under a lock on the file. Its signal also aborts after a few minutes, so that other runs can rely on the
   * release. Where no lock can be written, `work` runs without one: no password can be kept there either.
   */
  exclusively<T>(
    work: (signal: AbortSignal) => Promise<T>,
    onWait: () => void,
    signal: AbortSignal,
  ): Promise<T>;
}

/** Three attempts to register, each of which may wait a minute for a busy gateway, and their requests. */
const HOLD_MINUTES = 4;
const HOLD_MS = HOLD_MINUTES * 60_000;
/** Longer than any run holds the lock, so that a waiting run does not fail while the holder is well. */
const LOCK_MS = HOLD_MS + 30_000;

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

export function createCredentialStore(file: string, timeout = AbortSignal.timeout): CredentialStore {
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
      const release = await lock(`${file}.lock`, { onWait, signal, timeout: timeout(LOCK_MS) });
      const deadline = timeout(HOLD_MS);
      try {
        return await work(AbortSignal.any([signal, deadline]));
      } catch (cause) {
        if (signal.aborted || !deadline.aborted) throw cause;
        throw new Failure(`The gateway did not register the account within ${HOLD_MINUTES} minutes.`, {
          cause,
        });
      } finally {
        release();
      }
    },
  };
}

interface Waiting {
  onWait: () => void;
  signal: AbortSignal;
  timeout: AbortSignal;
}

async function lock(file: string, { onWait, signal, timeout }: Waiting): Promise<() => void> {
  try {
    return await waitForLock(file, onWait, AbortSignal.any([signal, timeout]));
  } catch (cause) {
    signal.throwIfAborted();
    if (timeout.aborted) throw new Failure(`Another run has held ${file} for too long.`, { cause });
    // The folder is not writable, so nothing can be kept and there is nothing to protect.
    return () => undefined;
  }
}
