import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { retry } from '../../shared/runtime/retry.ts';
import type { Statements } from './database.ts';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 3_000;

/** Resolves when the database answers. Throws after `seconds`, and at once when waiting cannot help (a wrong password). */
export async function waitForDatabase(database: Statements, seconds: number, log: Log): Promise<void> {
  const isUnavailable = (error: unknown) => isAppError(error, 'unavailable');
  await retry(() => database.rows('SELECT 1'), {
    forMs: seconds * 1000,
    pauseMs: FIRST_PAUSE_MS,
    maxPauseMs: MAX_PAUSE_MS,
    isRetryable: isUnavailable,
    onRetry: (error, pauseMs) => {
      const reason = ((error as Error).cause as Error | undefined)?.message;
      log.warn({ reason, retry_ms: pauseMs }, 'waiting for MySQL');
    },
  }).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
    throw new Error(`MySQL did not answer in ${seconds} s; is MYSQL_URL right?`, { cause: error });
  });
}
