import type { TestContext } from 'node:test';
import { createAccountModule } from '../../../services/auth/account-module.ts';
import { createAccounts } from '../../../services/auth/accounts/accounts.ts';
import { accountKey } from '../../../services/auth/accounts/email-address.ts';
import { createPasswords } from '../../../services/auth/accounts/passwords.ts';
import { createUsers } from '../../../services/auth/accounts/users.ts';
import { createAuthApp } from '../../../services/auth/app.ts';
import { checkDatabase, type Database } from '../../../services/auth/database/database.ts';
import { migrate } from '../../../services/auth/database/migrate.ts';
import { createGuests } from '../../../services/auth/guests/guests.ts';
import { limitAccounts, limitGuests } from '../../../services/auth/limits/limited.ts';
import { createLimits } from '../../../services/auth/limits/limits.ts';
import { rememberSignIns } from '../../../services/auth/limits/remember-sign-ins.ts';
import type { LimitSettings } from '../../../services/auth/limits/settings.ts';
import { createGrants } from '../../../services/auth/sessions/grants.ts';
import { createSessions } from '../../../services/auth/sessions/refresh-sessions.ts';
import { createSignIn } from '../../../services/auth/sign-in.ts';
import { createSigningKeys } from '../../../services/auth/tokens/signing-keys.ts';
import { createTokens } from '../../../services/auth/tokens/tokens.ts';
import { createMetrics } from '../../../services/shared/http/metrics.ts';
import { inProcess } from '../../support/in-process.ts';
import { createDatabase, MIGRATIONS, silent } from './database-for-test.ts';

const metrics = createMetrics('auth');
export const PUBLIC_URL = 'https://mp3.example.com';
export const DAY_SECONDS = 24 * 3600;

interface Options {
  /** How many password hashes may wait. */
  queue?: number;
  limits?: Partial<LimitSettings>;
  /** The database of another replica. */
  database?: Database;
  requireVerifiedEmail?: boolean;
  /** Milliseconds that an answer takes at least, where its time must tell nothing. */
  minMs?: number;
  /** Other ports of the ways to sign in. */
  signIn?: Partial<Parameters<typeof createSignIn>[0]>;
}

/** Limits that the tests reach only where they want to. */
const SETTINGS: LimitSettings = {
  MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 1000,
  MAX_LOGINS_PER_KNOWN_ADDRESS_PER_HOUR: 1000,
  MAX_LOGINS_PER_ADDRESS_PER_HOUR: 1000,
  MAX_REGISTRATIONS_PER_ADDRESS_PER_HOUR: 1000,
  MAX_GUESTS_PER_ADDRESS_PER_HOUR: 1000,
  MAX_MAIL_REQUESTS_PER_ADDRESS_PER_HOUR: 1000,
};

/** The whole service with a database of its own and a clock that the test sets. */
export async function buildAuth(
  t: TestContext,
  {
    queue = 64,
    requireVerifiedEmail = false,
    minMs = 0,
    limits: settings = {},
    database: shared,
    signIn = {},
  }: Options = {},
) {
  const database = shared ?? (await createDatabase(t))[0];
  await migrate(database, MIGRATIONS, silent);
  const clock = { ms: Date.now() };
  const now = () => clock.ms;
  const reused: string[] = [];
  const keys = createSigningKeys({ database, rotationDays: 30, tokenSeconds: 900, log: silent, now });
  const tokens = createTokens({ keys, issuer: 'us', audience: 'us', seconds: 900, now });
  const sessions = createSessions({
    database,
    seconds: 30 * DAY_SECONDS,
    guestSeconds: DAY_SECONDS,
    onReuse: (user) => reused.push(user),
    now,
  });
  const users = createUsers(database);
  const passwords = await createPasswords({ parallel: 2, queue });
  const limits = createLimits(database, { ...SETTINGS, ...settings }, now);
  const rooms = createAccountModule({
    ...{ database, passwords, tokens, requireVerifiedEmail, now, minMs },
    publicUrl: PUBLIC_URL,
    wakeMails: () => undefined,
    limits,
  });
  const { verification } = rooms;
  const grants = rememberSignIns(
    createGrants({ sessions, tokens, requireVerifiedEmail }),
    limits.logins,
    accountKey,
  );
  const signInRooms = await createSignIn({
    ...{ database, tokens, passwords, grants, now, log: silent, requireVerifiedEmail, logins: limits.logins },
    authSecret: ['a secret of thirty-two characters'],
    ...{ publicUrl: 'http://gateway.test', providers: [] },
    ...signIn,
  });
  const userPorts = { users, passwords, verification };
  const limitOptions = { accountKey, requireVerifiedEmail };
  const routes: { path: string; methods: string[] }[] = [];
  const app = createAuthApp({
    users,
    accounts: limitAccounts(createAccounts(userPorts), limits, limitOptions),
    guests: limitGuests(createGuests(userPorts), limits, limitOptions),
    grants,
    tokens,
    keys,
    requireSecondFactor: signInRooms.requireSecondFactor,
    addRoutes(router) {
      rooms.addRoutes(router);
      signInRooms.addRoutes(router);
      routes.push(...router.stack.map(({ path, methods }) => ({ path: String(path), methods })));
    },
    checks: { mysql: (signal) => checkDatabase(database, signal) },
    metrics,
    log: silent,
    stoppingSignal: new AbortController().signal,
    apiToken: undefined,
  });
  return { database, clock, reused, sessions, users, rooms, limits, routes, call: inProcess(app) };
}
