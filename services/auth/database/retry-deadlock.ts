import { retry } from '../../shared/runtime/retry.ts';
import { isDeadlock } from './database-errors.ts';

const POLICY = { maxAttempts: 8, pauseMs: 5, maxPauseMs: 40, hasJitter: true, isRetryable: isDeadlock };

/**
 * Does a transaction again whose statements waited for those of another one that waited for them. The server has undone it then.
 * @param transact changes nothing but the database, because it may run several times
 */
export const retryDeadlock = <T>(transact: () => Promise<T>): Promise<T> => retry(transact, POLICY);
