import { join } from 'node:path';
import { createSignedInvoke } from '../shared/contract/caller-token.ts';
import { checkSidecar } from '../shared/dapr/check-sidecar.ts';
import { connectSidecar } from '../shared/dapr/sidecar.ts';
import { serve } from '../shared/http/http-server.ts';
import { createMetrics } from '../shared/http/metrics.ts';
import { readEnvironment } from '../shared/runtime/config.ts';
import { repeat } from '../shared/runtime/interval.ts';
import { createLog } from '../shared/runtime/log.ts';
import { createAccountRooms } from './account-rooms.ts';
import { createAccounts } from './accounts/accounts.ts';
import { accountKey } from './accounts/email-address.ts';
import { createPasswords } from './accounts/passwords.ts';
import { createUsers } from './accounts/users.ts';
import { createAuthApp } from './app.ts';
import { authEnvironment, CLEANUP_MS, guestSessionSeconds } from './config.ts';
import { checkDatabase, connectDatabase } from './database/database.ts';
import { migrate } from './database/migrate.ts';
import { waitForDatabase } from './database/wait-for-database.ts';
import { deleteAbandonedGuests } from './guests/abandoned-guests.ts';
import { createGuests } from './guests/guests.ts';
import { limitAccounts, limitGuests } from './limits/limited.ts';
import { createLimits } from './limits/limits.ts';
import { rememberSignIns } from './limits/remember-sign-ins.ts';
import { createMailLoop } from './mails/send-mails.ts';
import { resolveSecrets } from './oidc/settings.ts';
import { repeatEndUnconfirmed } from './revocations/end-unconfirmed.ts';
import { createGrants } from './sessions/grants.ts';
import { createSessions } from './sessions/refresh-sessions.ts';
import { createSignIn } from './sign-in.ts';
import { createSigningKeys } from './tokens/signing-keys.ts';
import { createTokens } from './tokens/tokens.ts';

const env = readEnvironment(authEnvironment);
const log = createLog('auth', env.LOG_LEVEL);
const stopping = new AbortController();
const failStart = (error: unknown): never => {
  log.fatal({ err: error }, 'could not start');
  process.exit(1);
};

const database = connectDatabase(env.MYSQL_URL);
await waitForDatabase(database, env.MYSQL_WAIT_SECONDS, log).catch(failStart);
await migrate(database, join(import.meta.dirname, 'database', 'migrations'), log).catch(failStart);

const users = createUsers(database);
const sessions = createSessions({
  database,
  seconds: env.REFRESH_TOKEN_SECONDS,
  guestSeconds: guestSessionSeconds(env),
  onReuse: (user) => log.warn({ user }, 'a refresh token was used twice: its session is revoked'),
});
const limits = createLimits(database, env);
const passwords = await createPasswords({ parallel: env.ARGON2_PARALLEL, queue: env.ARGON2_QUEUE });
const keys = createSigningKeys({
  database,
  rotationDays: env.KEY_ROTATION_DAYS,
  tokenSeconds: env.ACCESS_TOKEN_SECONDS,
  log,
});
const tokens = createTokens({
  keys,
  issuer: env.TOKEN_ISSUER,
  audience: env.TOKEN_AUDIENCE,
  seconds: env.ACCESS_TOKEN_SECONDS,
});
await keys().catch(failStart);
const { REQUIRE_VERIFIED_EMAIL: requireVerifiedEmail } = env;

const sidecar = connectSidecar({
  host: env.DAPR_HOST,
  port: env.DAPR_HTTP_PORT,
  apiToken: env.DAPR_API_TOKEN,
});
const mails = createMailLoop({
  invoke: createSignedInvoke(sidecar.invoke, env.EVENT_SECRET),
  ...{ database, log },
});
const rooms = createAccountRooms({
  ...{ database, passwords, tokens, limits, requireVerifiedEmail, wakeMails: mails.wake },
  publicUrl: env.PUBLIC_URL,
});

const grants = rememberSignIns(
  createGrants({ sessions, tokens, requireVerifiedEmail }),
  limits.logins,
  accountKey,
);
const signIn = await createSignIn({
  ...{ database, tokens, passwords, grants, log, authSecret: env.AUTH_SECRET, logins: limits.logins },
  ...{ publicUrl: env.PUBLIC_URL, requireVerifiedEmail },
  providers: resolveSecrets(env.OIDC_PROVIDERS ?? [], process.env),
}).catch(failStart);

const userPorts = { users, passwords, verification: rooms.verification };
const limitOptions = { accountKey, requireVerifiedEmail };
const app = createAuthApp({
  accounts: limitAccounts(createAccounts(userPorts), limits, limitOptions),
  guests: limitGuests(createGuests(userPorts), limits, limitOptions),
  users,
  grants,
  tokens,
  keys,
  requireSecondFactor: signIn.requireSecondFactor,
  addRoutes(router) {
    rooms.addRoutes(router);
    signIn.addRoutes(router);
  },
  checks: {
    mysql: (signal) => checkDatabase(database, signal),
    sidecar: (signal) => checkSidecar(env, signal),
  },
  metrics: createMetrics('auth'),
  log,
  stoppingSignal: stopping.signal,
  apiToken: env.APP_API_TOKEN,
  callerSecrets: env.CALLER_CHECK === 'required' ? env.EVENT_SECRET : undefined,
});

const cleaning = repeat(
  CLEANUP_MS,
  async () => {
    await sessions.deleteExpired();
    await limits.deleteExpired();
    await rooms.cleanUp();
    await signIn.cleanUp();
    await deleteAbandonedGuests(
      database,
      new Date(Date.now() - env.GUEST_RETENTION_SECONDS * 1000),
      stopping.signal,
    );
  },
  (error) => log.warn({ err: error }, 'expired sessions or abandoned guests could not be deleted'),
  stopping.signal,
);

const ending = requireVerifiedEmail
  ? repeatEndUnconfirmed(
      { database, log, tokenSeconds: env.ACCESS_TOKEN_SECONDS, everyMs: CLEANUP_MS },
      stopping.signal,
    )
  : undefined;

const mailing = mails.run(stopping.signal);

await serve(app.callback(), {
  host: env.HOST,
  port: env.APP_PORT,
  log,
  shutdownSeconds: env.SHUTDOWN_SECONDS,
  stopping,
  async close() {
    await Promise.all([cleaning, ending, mailing]);
    await sidecar.close();
    await database.close();
  },
});
