const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** What the server says when it is there but cannot serve: starting, stopping, full, a replica, or busy. */
const SERVER_CODES = new Set([
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_SERVER_SHUTDOWN',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
]);
const POOL_MESSAGES = ['Queue limit reached.', 'Pool is closed.', 'No connections available.'];

/** The server cannot be reached, or not now: the same statement may succeed later. */
export function isConnectionError(error: unknown): boolean {
  const code = codeOf(error);
  if (SERVER_CODES.has(code)) return true;
  if (code.startsWith('ER_')) return false;
  // Errors of Node (ECONNREFUSED), of the driver (PROTOCOL_CONNECTION_LOST), and of its pool, which have no code.
  if (/^(E[A-Z_]+|PROTOCOL_(CONNECTION_LOST|SEQUENCE_TIMEOUT))$/.test(code)) return true;
  return error instanceof Error && (POOL_MESSAGES.includes(error.message) || 'fatal' in error);
}

/** A unique key refused the row. */
export const isDuplicate = (error: unknown): boolean => codeOf(error) === 'ER_DUP_ENTRY';
