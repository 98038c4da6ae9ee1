import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authEnvironment, defaultParallel, guestSessionSeconds } from '../../../services/auth/config.ts';
import { readEnvironment } from '../../../services/shared/runtime/config.ts';

const EVENT_SECRET = 'a secret of thirty-two characters';
const MYSQL_URL = 'mysql://auth:hunter2@127.0.0.1:3306/auth';

test('authEnvironment requires only the database and EVENT_SECRET', () => {
  const config = readEnvironment(authEnvironment, { MYSQL_URL, EVENT_SECRET });
  assert.equal(config.ACCESS_TOKEN_SECONDS, 900);
  assert.equal(config.REFRESH_TOKEN_SECONDS, 30 * 24 * 3600);
  assert.ok(config.ARGON2_PARALLEL >= 1);
});

test('guestSessionSeconds outlives the jobs of a guest, and is never longer than the session of a user', () => {
  for (const [variables, seconds] of [
    [{}, 24 * 3600 + 900],
    [{ GUEST_RETENTION_SECONDS: '60', ACCESS_TOKEN_SECONDS: '10' }, 70],
    [{ REFRESH_TOKEN_SECONDS: '3600' }, 3600],
  ] as const)
    assert.equal(
      guestSessionSeconds(readEnvironment(authEnvironment, { MYSQL_URL, EVENT_SECRET, ...variables })),
      seconds,
    );
});

for (const [processors, parallel] of [
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 2],
  [8, 3],
  [64, 3],
] as const) {
  test(`defaultParallel allows ${parallel} of ${processors} processors for password hashes`, () => {
    assert.equal(defaultParallel(processors), parallel);
  });
}

for (const [name, environment] of Object.entries({
  'a missing database URL': {},
  'a URL of another kind': { MYSQL_URL: 'postgres://auth:hunter2@127.0.0.1/auth' },
  'a URL that names no database': { MYSQL_URL: 'mysql://auth:hunter2@127.0.0.1:3306/' },
  'text that is not a URL': { MYSQL_URL: 'auth:hunter2@127.0.0.1' },
})) {
  test(`authEnvironment refuses ${name} with an error that does not show its value`, () => {
    assert.throws(
      () => readEnvironment(authEnvironment, environment),
      (error: Error) => error.message.includes('MYSQL_URL') && !error.message.includes('hunter2'),
    );
  });
}

test('authEnvironment requires a token of the sidecar for an address that other machines can reach', () => {
  const open = { MYSQL_URL, EVENT_SECRET, HOST: '0.0.0.0' };
  assert.throws(() => readEnvironment(authEnvironment, open), /APP_API_TOKEN/);
  assert.equal(readEnvironment(authEnvironment, { ...open, APP_API_TOKEN: 't' }).HOST, '0.0.0.0');
});
