import { z } from 'zod';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import { unavailable } from '../../shared/runtime/errors.ts';
import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';

/** A session that was ended is refused after this time and that of one read. */
const READ_MS = 5_000;
const READ_TIMEOUT_MS = 4_000;
/** Pause after a read that failed while no list is known. At a start, auth is often ready a moment later. */
const FIRST_PAUSE_MS = 1_000;
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
  /**
   * Resolves when a first list is known, for which it asks auth where there is none. Where auth cannot tell, or could not a moment
   * ago, it resolves as well.
   */
  ready(): Promise<void>;
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
 * Keeps the revocations of auth in memory, so that no request waits for auth once a first list is known. While auth is away, nobody
 * can end a session, and those that were ended before stay so.
 *
 * A gateway that starts has no list. Where auth gives its keys but no list, such as without its database, the gateway accepts tokens
 * whose sessions were ended before, until auth answers or they expire, 15 minutes after they were made by default. It could refuse all
 * tokens instead, but then an outage of the database would end the service for everybody wherever a gateway starts.
 */
export function createRevocations(options: RevocationsOptions): Revocations {
  const { invoke, log, now = () => performance.now() } = options;
  const known = createKnownIds({ ...options, now });
  let cursor = '';
  let hasRead = false;
  let failedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let isFailing = false;

  async function readPages(signal?: AbortSignal): Promise<void> {
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
      for (const id of found.revoked) known.learn(id, now() + found.seconds * 1000);
      cursor = found.cursor;
      if (!found.more) break;
    }
    known.forgetExpired();
    hasRead = true;
  }

  function read(signal?: AbortSignal): Promise<void> {
    reading ??= readPages(signal)
      .catch((error) => {
        failedAt = now();
        throw error;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  async function ready(): Promise<void> {
    if (hasRead || (!reading && now() - failedAt < FIRST_PAUSE_MS)) return;
    // Whoever began the read reports the error, and the next read follows in any case.
    await read().catch(() => undefined);
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
    ready,
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

/** Ids with the time at which each may be forgotten. */
function createKnownIds({
  now,
  log,
  maxKnown = MAX_KNOWN,
}: Omit<RevocationsOptions, 'invoke'> & { now: () => number }) {
  /** The oldest first. */
  const known = new Map<string, number>();

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

  return { has: (id: string) => known.has(id), learn, forgetExpired };
}
