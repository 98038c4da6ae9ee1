import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isConnectionError, isDuplicate } from '../../../../services/auth/database/database-errors.ts';

const coded = (code: string, extra: object = {}) => Object.assign(new Error(code), { code, ...extra });

for (const [error, expected] of [
  [coded('ECONNREFUSED'), true],
  [coded('ETIMEDOUT', { fatal: true }), true],
  [coded('ENOTFOUND'), true],
  [coded('EAI_AGAIN'), true],
  [coded('PROTOCOL_CONNECTION_LOST'), true],
  [coded('PROTOCOL_SEQUENCE_TIMEOUT'), true],
  [coded('ER_SERVER_SHUTDOWN'), true],
  [coded('ER_CON_COUNT_ERROR', { fatal: true }), true],
  [new Error('Queue limit reached.'), true],
  [
    Object.assign(new Error("Can't add new command when connection is in closed state"), { fatal: true }),
    true,
  ],
  [coded('ER_ACCESS_DENIED_ERROR', { fatal: true }), false],
  [coded('ER_BAD_DB_ERROR', { fatal: true }), false],
  [coded('ER_DUP_ENTRY'), false],
  [coded('ER_PARSE_ERROR'), false],
  [new TypeError('a fault of ours'), false],
  [null, false],
] as const) {
  test(`isConnectionError ${expected ? 'recognizes' : 'does not accept'} «${error?.message ?? error}»`, () => {
    assert.equal(isConnectionError(error), expected);
  });
}

test('isDuplicate recognizes a duplicate by its code', () => {
  assert.equal(isDuplicate(coded('ER_DUP_ENTRY')), true);
  assert.equal(isDuplicate(coded('ER_PARSE_ERROR')), false);
});
