import { pino } from 'pino';
import type { Accounts } from '../../../services/auth/accounts/accounts.ts';
import { createAuthApp } from '../../../services/auth/app.ts';
import { invalidCredentials, invalidToken } from '../../../services/auth/credentials.ts';
import { createMetrics } from '../../../services/shared/http/metrics.ts';
import { AppError, unavailable } from '../../../services/shared/runtime/errors.ts';
import { inProcess } from '../../support/in-process.ts';

export const USER = { id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', email: 'ann@example.com' };
export const PASSWORD = 'open: sésame';
const GRANT = { access_token: 'a', token_type: 'Bearer', expires_in: 900, refresh_token: 'r' } as const;
const CLAIMS = { iss: 'i', aud: 'a', sub: USER.id, email: USER.email, iat: 1, exp: 2, jti: 'j' };
const GUEST_CLAIMS = { ...CLAIMS, email: undefined, guest: true as const };
const KEYS = { keys: [{ kty: 'OKP', kid: 'one' }] };

const metrics = createMetrics('auth');

/** Builds the application with ports that know one user. Returns it with the lines that it logs. */
export function buildApp({
  apiToken,
  mysql = true,
  accounts,
}: {
  apiToken?: string;
  mysql?: boolean;
  accounts?: Accounts;
} = {}) {
  const lines: string[] = [];
  const stopping = new AbortController();
  const refuse = () => Promise.reject(unavailable('the database'));
  const app = createAuthApp({
    accounts: accounts ?? {
      register: async (email) => {
        if (email === USER.email) throw new AppError('email_taken', 'taken');
        if (!mysql) throw unavailable('the database');
        return { id: USER.id, email };
      },
      authenticate: async (email, password) => {
        if (email !== USER.email || password !== PASSWORD) throw invalidCredentials();
        return { ...USER, sessionEpoch: 0 };
      },
    },
    guests: {
      start: async () => ({ id: USER.id, email: null, sessionEpoch: 0 }),
      register: async (id, email) => ({ id, email, sessionEpoch: 0 }),
    },
    users: {
      idsAfter: async (after, limit) => {
        if (!mysql) throw unavailable('the database');
        return [USER.id].filter((id) => id > after).slice(0, limit);
      },
    },
    grants: {
      issue: async () => GRANT,
      refresh: async (token) => (token === 'r' ? GRANT : Promise.reject(invalidToken())),
      revoke: async () => undefined,
    },
    tokens: {
      seconds: 900,
      sign: async () => 'a',
      verify: async (token) =>
        token === 'a' ? CLAIMS : token === 'guest' ? GUEST_CLAIMS : Promise.reject(invalidToken()),
    },
    keys: async () => ({ jwks: KEYS, signing: undefined as never, find: undefined as never }),
    metrics,
    checks: { mysql: mysql ? async () => undefined : refuse },
    log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
    stoppingSignal: stopping.signal,
    apiToken,
  });
  return { app, call: inProcess(app), lines, stopping };
}
