import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toReply } from '../../../chaos/load/send-video.ts';
import { mayHeal } from '../../../chaos/load/user.ts';

const read = (status: number, headers: Record<string, string>, said: string) =>
  toReply(status, (name) => headers[name], said);
const PROBLEM = { 'content-type': 'application/problem+json' };

describe('a reply to a patient user', () => {
  const rows: [what: string, heals: boolean, reply: ReturnType<typeof read>][] = [
    ["is final when it is a gateway's own 404", false, read(404, PROBLEM, '{"code":"not_found"}')],
    ['may heal when something in front answers 404', true, read(404, { 'content-type': 'text/plain' }, 'no')],
    ['may heal when something in front answers 404 in JSON', true, read(404, PROBLEM, '{"code":"no_route"}')],
    ['is final when it is a success', false, read(202, { 'content-type': 'application/json' }, '{"id":"a"}')],
    ["may heal when it is a gateway's 503", true, read(503, PROBLEM, '{"code":"unavailable"}')],
    [
      'may heal when it is a 409 that says when to come again',
      true,
      read(409, { ...PROBLEM, 'retry-after': '1' }, '{"code":"upload_in_progress"}'),
    ],
    ['is final when it is a 409 without a time', false, read(409, PROBLEM, '{"code":"state_conflict"}')],
  ];
  for (const [what, heals, reply] of rows) it(what, () => assert.equal(mayHeal(reply), heals));

  it('keeps the JSON and the time of the answer', () => {
    const { json, retryAfterSeconds } = read(
      503,
      { ...PROBLEM, 'retry-after': '5' },
      '{"code":"unavailable"}',
    );
    assert.deepEqual([json, retryAfterSeconds], [{ code: 'unavailable' }, 5]);
  });
});
