import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { waitForLock } from '../../../shared/runtime/lock.ts';
import { readIfThere, writePrivate } from '../../../shared/runtime/private-files.ts';
import type { Credentials } from '../../client/session/accounts.ts';
import { CommandError, messageOf } from '../errors.ts';

/** The accounts that this program has created, grouped by gateway. The first account of a gateway is the default. */
export interface CredentialStore {
  readonly file: string;
  /** The account with this address; without one, the default account. */
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

/** Covers three attempts to register, each of which may wait a minute for a busy gateway, and their requests. */
const HOLD_MINUTES = 4;
const HOLD_MS = HOLD_MINUTES * 60_000;
/** Longer than any run holds the lock, so that a waiting run does not give up while the holder is still working. */
const LOCK_MS = HOLD_MS + 30_000;

const entry = z.object({ email: z.string(), password: z.string(), pending: z.boolean().optional() });
const kept = z.record(z.string(), z.array(entry));
type Entry = z.infer<typeof entry>;
type Kept = z.infer<typeof kept>;

/** Returns the path of the file with the accounts, by the XDG Base Directory specification. */
export function credentialsFile(env: NodeJS.ProcessEnv): string {
  // The XDG specification demands that a relative path is ignored.
  const given = env.XDG_CONFIG_HOME;
  const config = given && path.isAbsolute(given) ? given : path.join(homedir(), '.config');
  return path.join(config, 'mp3converter', 'credentials.json');
}

/** @param timeout replaced in tests */
export function createCredentialStore(file: string, timeout = AbortSignal.timeout): CredentialStore {
  const find = (url: string, email: string | undefined, isPending: boolean): Credentials | undefined => {
    const wanted = email?.toLowerCase();
    const found = read(file)[url]?.find(
      (entry) =>
        (entry.pending ?? false) === isPending &&
        (wanted === undefined || entry.email.toLowerCase() === wanted),
    );
    return found && { email: found.email, password: found.password };
  };

  return {
    file,
    find: (url, email) => find(url, email, false),
    findPending: (url, email) => find(url, email, true),
    add: (url, { email, password }) => replaceEntries(file, url, email, [{ email, password }]),
    addPending: (url, { email, password }) =>
      replaceEntries(file, url, email, [{ email, password, pending: true }]),
    remove: (url, { email }) => replaceEntries(file, url, email, []),
    async exclusively(work, onWait, signal) {
      const release = await lock(`${file}.lock`, { onWait, signal, timeoutSignal: timeout(LOCK_MS) });
      const deadlineSignal = timeout(HOLD_MS);
      try {
        return await work(AbortSignal.any([signal, deadlineSignal]));
      } catch (cause) {
        if (signal.aborted || !deadlineSignal.aborted) throw cause;
        throw new CommandError(`The gateway did not register the account within ${HOLD_MINUTES} minutes.`, {
          cause,
        });
      } finally {
        release();
      }
    },
  };
}

function read(file: string): Kept {
  try {
    const text = readIfThere(file);
    return text === undefined ? {} : kept.parse(JSON.parse(text));
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'it is damaged';
    throw new CommandError(`${file} cannot be used (${reason}). Repair it, or delete it for a new account.`, {
      cause,
    });
  }
}

/** Replaces the entries of one address at one gateway. */
function replaceEntries(file: string, url: string, email: string, entries: Entry[]): void {
  const all = read(file);
  const others = (all[url] ?? []).filter((entry) => entry.email !== email);
  const text = `${JSON.stringify({ ...all, [url]: [...others, ...entries] }, null, 2)}\n`;
  try {
    writePrivate(file, text);
  } catch (cause) {
    throw new CommandError(`The new account cannot be kept in ${file}: ${messageOf(cause)}`, { cause });
  }
}

interface LockOptions {
  onWait: () => void;
  signal: AbortSignal;
  timeoutSignal: AbortSignal;
}

async function lock(file: string, { onWait, signal, timeoutSignal }: LockOptions): Promise<() => void> {
  try {
    return await waitForLock(file, onWait, AbortSignal.any([signal, timeoutSignal]));
  } catch (cause) {
    signal.throwIfAborted();
    if (timeoutSignal.aborted)
      throw new CommandError(`Another run has held ${file} for too long.`, { cause });
    // The folder is not writable, so nothing can be kept and there is nothing to protect.
    return () => undefined;
  }
}
