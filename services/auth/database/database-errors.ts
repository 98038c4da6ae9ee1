const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** Codes of a server that answers but cannot serve: it is starting, stopping, full, a read-only replica, or busy. */
const SERVER_CODES = new Set([
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_SERVER_SHUTDOWN',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
]);
const POOL_MESSAGES = ['Queue limit reached.', 'Pool is closed.', 'No connections available.'];

/** Whether the server could not be reached or could not serve, so that the same statement may succeed later. */
export function isConnectionError(error: unknown): boolean {
  const code = codeOf(error);
  if (SERVER_CODES.has(code)) return true;
  if (code.startsWith('ER_')) return false;
  // Node's errors are like ECONNREFUSED, and the driver's like PROTOCOL_CONNECTION_LOST. Those of its pool have no code.
  if (/^(E[A-Z_]+|PROTOCOL_(CONNECTION_LOST|SEQUENCE_TIMEOUT))$/.test(code)) return true;
  return error instanceof Error && (POOL_MESSAGES.includes(error.message) || 'fatal' in error);
}

/** Whether a statement would add a key of a name that the table has already. */
export const isDuplicateKeyName = (error: unknown): boolean => codeOf(error) === 'ER_DUP_KEYNAME';

/** Whether a statement would add a column of a name that the table has already. */
export const isDuplicateColumnName = (error: unknown): boolean => codeOf(error) === 'ER_DUP_FIELDNAME';

/** Whether a unique key refused the row. */
export const isDuplicate = (error: unknown): boolean => codeOf(error) === 'ER_DUP_ENTRY';

/** Whether a statement was ended because others hold its locks. The connection is in order. */
export const isLockFailure = (error: unknown): boolean =>
  ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT'].includes(codeOf(error));

/** Whether a row would belong to another one that is gone, such as the session of an account that was deleted meanwhile. */
export const isOrphan = (error: unknown): boolean => codeOf(error).startsWith('ER_NO_REFERENCED_ROW');

/** Whether the statement was ended because it and another one waited for each other. Also where the error was wrapped. */
export const isDeadlock = (error: unknown): boolean =>
  [codeOf(error), codeOf((error as Error | undefined)?.cause)].includes('ER_LOCK_DEADLOCK');
