import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Statements, Transactions } from '../database/database.ts';
import { retryDeadlock } from '../database/retry-deadlock.ts';
import { MARGIN_SECONDS } from './delete-old.ts';
import { endSessions } from './revocations.ts';

/** Sessions that one statement reads, so that it does not come near its time limit. */
const SESSIONS = 500;

export interface EndUnconfirmedPorts {
  database: Transactions;
  log: Pick<Log, 'info' | 'warn'>;
  /** Lifetime of an access token. */
  tokenSeconds: number;
  /** Milliseconds between two rounds. */
  everyMs: number;
}

/**
 * Ends the sessions of closed accounts, now and every `everyMs` until the signal is aborted: during a rolling update, a replica without
 * REQUIRE_VERIFIED_EMAIL still begins sessions. A round that fails is logged, and the next one tries it again.
 */
export async function repeatEndUnconfirmed(ports: EndUnconfirmedPorts, signal: AbortSignal): Promise<void> {
  const { database, log, tokenSeconds, everyMs } = ports;
  async function endAll(): Promise<void> {
    const accounts = await endUnconfirmedSessions(database, tokenSeconds, signal);
    if (accounts > 0) log.info({ accounts }, 'ended the sessions of accounts that nobody has confirmed');
  }
  const onError = (error: unknown): void =>
    log.warn({ err: error }, 'the sessions of accounts that nobody has confirmed could not be ended');
  await endAll().catch(onError);
  await repeat(everyMs, endAll, onError, signal);
}

/**
 * Ends the sessions of accounts whose address nobody has confirmed, where an access token may still be valid. With
 * REQUIRE_VERIFIED_EMAIL auth gives such an account no token, but gateways judge those from before by themselves.
 * @param tokenSeconds lifetime of an access token
 * @param signal ends the work between two accounts
 * @returns how many accounts there were
 */
export async function endUnconfirmedSessions(
  database: Transactions,
  tokenSeconds: number,
  signal?: AbortSignal,
): Promise<number> {
  const since = new Date(Date.now() - (tokenSeconds + MARGIN_SECONDS) * 1000);
  let accounts = 0;
  let after = '';
  while (true) {
    const sessions = await readSessions(database, after, since);
    const found = sessions.filter(({ is_open }) => Number(is_open) === 1).map(({ user_id }) => user_id);
    for (const userId of new Set(found)) {
      if (signal?.aborted) return accounts;
      const end = (statements: Statements) => endIfUnconfirmed(statements, userId);
      if (await retryDeadlock(() => database.inTransaction(end))) accounts++;
    }
    const last = sessions[SESSIONS - 1];
    if (!last || signal?.aborted) return accounts;
    after = last.id;
  }
}

interface SessionRow {
  id: string;
  user_id: string;
  /** 1 where the account is closed and an access token of this session may still be valid. */
  is_open: number;
}

/** Returns the sessions after the given one. The page is made before the join, so that its size bounds what the server reads. */
const readSessions = ({ rows }: Statements, after: string, since: Date): Promise<SessionRow[]> =>
  rows<SessionRow>(
    `SELECT page.id, user_id,
            email IS NOT NULL AND verified_at IS NULL AND COALESCE(last_used_at, page.created_at) > ? AS is_open
       FROM (SELECT id, user_id, created_at, last_used_at FROM sessions WHERE id > ? ORDER BY id LIMIT ${SESSIONS}) AS page
       JOIN users ON users.id = user_id ORDER BY page.id`,
    [since, after],
  );

/** Returns false where somebody has confirmed the address meanwhile, whose new session goes on. */
async function endIfUnconfirmed(statements: Statements, userId: string): Promise<boolean> {
  const closed = await statements.rows(
    'SELECT id FROM users WHERE id = ? AND verified_at IS NULL FOR UPDATE',
    [userId],
  );
  if (closed.length === 0) return false;
  await endSessions(statements, userId);
  return true;
}
