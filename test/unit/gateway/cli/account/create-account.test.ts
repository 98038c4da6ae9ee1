import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseEmailAddress } from '../../../../../services/auth/accounts/email-address.ts';
import { generateAddress } from '../../../../../services/gateway/cli/account/create-account.ts';

describe('generateAddress', () => {
  for (const name of ['root', 'Ann Smith', 'jörg', '...', 'x'.repeat(200), 'dom\\user']) {
    it(`makes an address that auth accepts for the user ${name.slice(0, 20)}`, () => {
      assert.ok(parseEmailAddress(generateAddress(name, false)));
      assert.ok(parseEmailAddress(generateAddress(name, true)));
      assert.notEqual(generateAddress(name, true), generateAddress(name, true));
    });
  }
});
