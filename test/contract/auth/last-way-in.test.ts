import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basic } from '../../support/basic-auth.ts';
import { skip } from './database-for-test.ts';
import { buildAuth } from './test-auth.ts';
import { giveIdentity, givePasskey, IDENTITY, PASSKEY } from './ways-in.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'open: sésame';
const ROUNDS = 15;

describe('the last two ways into an account', () => {
  it('are not both removed by requests at the same time', { skip }, async (t) => {
    const { call, database } = await buildAuth(t);
    await call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
    const { json } = await call('POST', '/login', { headers: { authorization: basic(EMAIL, PASSWORD) } });
    const headers = { authorization: `Bearer ${json.access_token}` };
    await database.change('UPDATE users SET password_hash = NULL');
    for (let round = 0; round < ROUNDS; round++) {
      await database.change('DELETE FROM passkeys');
      await database.change('DELETE FROM identities');
      await giveIdentity(database);
      await givePasskey(database);
      const replies = await Promise.all([
        call('POST', '/account/passkeys/end', { headers, body: { id: PASSKEY } }),
        call('POST', '/account/identities/end', { headers, body: { id: IDENTITY } }),
      ]);
      assert.deepEqual(replies.map(({ status }) => status).sort(), [204, 409], `round ${round}`);
    }
  });
});
