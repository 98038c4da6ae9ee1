/**
 * How often attempts had each result: a status, `404 not ours` for a response that does not come from the gateway, or the
 * code of an error.
 */
export type ResultCounts = Map<string, number>;

/**
 * Results that a client must expect while an instance stops: the connection is refused, the instance answers with Retry-After,
 * or with 409 because it still works on an earlier attempt of the request.
 */
const EXPECTED = /^(2\d\d|503|409|ECONNREFUSED|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

const format = ([result, count]: [string, number]): string => `${result} ${count} times`;

export const unexpectedResults = (counts: ResultCounts): string[] =>
  [...counts].filter(([result]) => !EXPECTED.test(result)).map(format);

export const formatCounts = (counts: ResultCounts): string => [...counts].map(format).join(', ');
