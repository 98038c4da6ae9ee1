import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRetryable, toReply } from '../../../chaos/load/reply.ts';

const read = (status: number, headers: Record<string, string>, body: string) =>
  toReply(status, (name) => headers[name], body);
const PROBLEM = { 'content-type': 'application/problem+json' };

describe('toReply(status, header, body) and isRetryable(reply)', () => {
  const rows: [what: string, retryable: boolean, reply: ReturnType<typeof read>][] = [
    ["takes a gateway's own 404 as final", false, read(404, PROBLEM, '{"code":"not_found"}')],
    [
      'retries a 404 from something in front of the gateway',
      true,
      read(404, { 'content-type': 'text/plain' }, 'no'),
    ],
    [
      'retries a 404 in JSON from something in front of the gateway',
      true,
      read(404, PROBLEM, '{"code":"no_route"}'),
    ],
    ['takes a success as final', false, read(202, { 'content-type': 'application/json' }, '{"id":"a"}')],
    ["retries a gateway's 503", true, read(503, PROBLEM, '{"code":"unavailable"}')],
    [
      'retries a 409 with Retry-After',
      true,
      read(409, { ...PROBLEM, 'retry-after': '1' }, '{"code":"upload_in_progress"}'),
    ],
    ['takes a 409 without Retry-After as final', false, read(409, PROBLEM, '{"code":"state_conflict"}')],
  ];
  for (const [what, retryable, reply] of rows) it(what, () => assert.equal(isRetryable(reply), retryable));

  it('reads the JSON and Retry-After', () => {
    const { json, retryAfterSeconds } = read(
      503,
      { ...PROBLEM, 'retry-after': '5' },
      '{"code":"unavailable"}',
    );
    assert.deepEqual([json, retryAfterSeconds], [{ code: 'unavailable' }, 5]);
  });
});
