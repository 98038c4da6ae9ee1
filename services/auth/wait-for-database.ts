import { isAppError } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import { retryWhileUnavailable } from '../shared/runtime/retry.ts';
import type { Statements } from './database.ts';

const PAUSE_MS = 1_000;

/** Resolves when the database answers. Throws after `seconds`, and at once when waiting cannot help (a wrong password). */
export async function waitForDatabase(database: Statements, seconds: number, log: Log): Promise<void> {
  const ping = async () => {
    try {
      await database.rows('SELECT 1');
    } catch (error) {
      if (isAppError(error, 'unavailable')) {
        const reason = (error.cause as Error | undefined)?.message;
        log.warn({ reason, retry_ms: PAUSE_MS }, 'waiting for MySQL');
      }
      throw error;
    }
  };
  try {
    await retryWhileUnavailable(ping, { forMs: seconds * 1000, pauseMs: PAUSE_MS });
  } catch (error) {
    if (!isAppError(error, 'unavailable')) throw error;
    throw new Error(`MySQL did not answer in ${seconds} s; is MYSQL_URL right?`, { cause: error });
  }
}
