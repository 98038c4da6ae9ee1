import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { createAccounts } from '../../../services/auth/accounts/accounts.ts';
import type { Passwords } from '../../../services/auth/accounts/passwords.ts';
import { basic } from '../../support/basic-auth.ts';
import { eventually } from '../../support/event-loop.ts';
import { listen } from '../../support/listen.ts';
import { buildApp } from '../../unit/auth/build-app.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'open sesame';
const ROUTES = [
  ['/login', { authorization: basic(EMAIL, PASSWORD) }, undefined],
  ['/register', { 'content-type': 'application/json' }, { email: EMAIL, password: PASSWORD }],
] as const;

describe('createAuthApp › a request whose client closes the connection', { timeout: 120_000 }, () => {
  for (const [path, headers, body] of ROUTES) {
    it(`stops waiting for the password hash of POST ${path}`, async (t) => {
      const signals: (AbortSignal | undefined)[] = [];
      const never = (signal?: AbortSignal) => {
        signals.push(signal);
        return new Promise<never>(() => undefined);
      };
      const passwords: Passwords = {
        hash: (_password, signal) => never(signal),
        verify: (_password, _stored, signal) => never(signal),
        isOutdated: () => false,
      };
      const users = {
        add: async () => undefined,
        find: async () => undefined,
        idsAfter: async () => [],
        replaceHash: async () => undefined,
      };
      const { app } = buildApp({ accounts: createAccounts({ users, passwords }) });
      const call = request(`${await listen(t, app)}${path}`, { method: 'POST', headers });
      call.on('error', () => undefined);
      call.end(body && JSON.stringify(body));
      await eventually(() => signals.length === 1);
      assert.equal(signals[0]?.aborted, false);
      call.destroy();
      await eventually(() => signals[0]?.aborted === true);
      assert.equal(signals[0]?.reason.code, 'bad_request');
    });
  }
});
