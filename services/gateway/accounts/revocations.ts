import { z } from 'zod';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import { unavailable } from '../../shared/runtime/errors.ts';
import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';

/** A session that was ended is refused after this time and that of one read. */
const READ_MS = 5_000;
const READ_TIMEOUT_MS = 4_000;
/** About 20 MB. Beyond it the oldest are forgotten, whose tokens expire first. */
const MAX_KNOWN = 200_000;
/** Pages of one read. */
const MAX_PAGES = 100;

const revocationPage = z.object({
  revoked: z.array(z.string().max(64)).max(10_000),
  cursor: z.string().max(100),
  more: z.boolean(),
  seconds: z
    .number()
    .min(1)
    .max(7 * 24 * 3600),
});

/** The sessions, API keys and accounts that were ended while access tokens of theirs may still be valid. */
export interface Revocations {
  /** Whether any of the ids was revoked. */
  has(...ids: readonly (string | undefined)[]): boolean;
  /** Reads what was revoked since the last read. Throws `unavailable`, and keeps what it knows then. */
  read(signal?: AbortSignal): Promise<void>;
  /** Reads again and again until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface RevocationsOptions {
  invoke: Sidecar['invoke'];
  log?: Log | undefined;
  /** Returns milliseconds of a monotonic clock. */
  now?: () => number;
  maxKnown?: number;
}

/**
 * Keeps the revocations of auth in memory, so that no request waits for auth. While auth is away, nobody can end a session, and those
 * that were ended before stay so.
 */
export function createRevocations(options: RevocationsOptions): Revocations {
  const { invoke, log, now = () => performance.now(), maxKnown = MAX_KNOWN } = options;
  /** When each id may be forgotten, the oldest first. */
  const known = new Map<string, number>();
  let cursor = '';
  let isFailing = false;

  function learn(id: string, until: number): void {
    // Auth repeats the newest ones. An id that is known already keeps its place: an ended session gets no new token.
    if (known.has(id)) return;
    known.set(id, until);
    if (known.size <= maxKnown) return;
    const [oldest] = known.keys();
    if (oldest !== undefined) known.delete(oldest);
    log?.error({ known: maxKnown }, 'too many sessions were ended: the oldest of them is forgotten');
  }

  function forgetExpired(): void {
    for (const [id, until] of known) {
      if (until > now()) return;
      known.delete(id);
    }
  }

  async function read(signal?: AbortSignal): Promise<void> {
    for (let page = 0; page < MAX_PAGES; page++) {
      const path = `/revocations?after=${encodeURIComponent(cursor)}`;
      const { status, body } = await invoke('auth', {
        method: 'GET',
        path,
        timeoutMs: READ_TIMEOUT_MS,
        signal,
      });
      if (status !== 200) throw unavailable('the auth service', new Error(`answered ${status} to ${path}`));
      const found = revocationPage.parse(JSON.parse(body));
      for (const id of found.revoked) learn(id, now() + found.seconds * 1000);
      cursor = found.cursor;
      if (!found.more) break;
    }
    forgetExpired();
  }

  async function readAndTell(signal: AbortSignal): Promise<void> {
    try {
      await read(signal);
      if (isFailing) log?.info('the ended sessions are read again');
      isFailing = false;
    } catch (error) {
      if (!isFailing && !signal.aborted)
        log?.warn({ err: error }, 'cannot read which sessions were ended; those that are known stay ended');
      isFailing = true;
    }
  }

  return {
    has: (...ids) => ids.some((id) => id !== undefined && known.has(id)),
    read,
    async run(signal) {
      await readAndTell(signal);
      await repeat(
        READ_MS,
        () => readAndTell(signal),
        () => undefined,
        signal,
      );
    },
  };
}
