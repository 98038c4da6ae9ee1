import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Statements } from './database.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;

/** Resolves when the database answers. Throws after `seconds`, and at once when waiting cannot help (a wrong password). */
export async function waitForDatabase(database: Statements, seconds: number, log: Log): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await database.rows('SELECT 1');
      return;
    } catch (error) {
      if (!isAppError(error, 'unavailable')) throw error;
      if (performance.now() + pause > deadline) {
        throw new Error(`MySQL did not answer in ${seconds} s; is MYSQL_URL right?`, { cause: error });
      }
      const reason = (error.cause as Error | undefined)?.message;
      log.warn({ reason, retry_ms: pause }, 'waiting for MySQL');
      await sleep(pause);
    }
  }
}
