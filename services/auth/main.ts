import { join } from 'node:path';
import { checkSidecar } from '../shared/dapr/check-sidecar.ts';
import { serve } from '../shared/http/http-server.ts';
import { createMetrics } from '../shared/http/metrics.ts';
import { readEnvironment } from '../shared/runtime/config.ts';
import { createLog } from '../shared/runtime/log.ts';
import { createAccounts } from './accounts.ts';
import { createAuthApp } from './app.ts';
import { authEnvironment } from './config.ts';
import { checkDatabase, connectDatabase } from './database.ts';
import { createGrants } from './grants.ts';
import { migrate } from './migrate.ts';
import { createPasswords } from './passwords.ts';
import { createSessions } from './sessions.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createTokens } from './tokens.ts';
import { createUsers } from './users.ts';
import { waitForDatabase } from './wait-for-database.ts';

const CLEANING_MS = 3600 * 1000;

const config = readEnvironment(authEnvironment);
const log = createLog('auth', config.LOG_LEVEL);
const stopping = new AbortController();

async function start(): Promise<void> {
  const database = connectDatabase(config.MYSQL_URL);
  await waitForDatabase(database, config.MYSQL_WAIT_SECONDS, log);
  await migrate(database, join(import.meta.dirname, 'migrations'), log);

  const users = createUsers(database);
  const sessions = createSessions({
    database,
    seconds: config.REFRESH_TOKEN_SECONDS,
    onReuse: (user) => log.warn({ user }, 'a refresh token was used twice: its session is revoked'),
  });
  const passwords = await createPasswords({ parallel: config.ARGON2_PARALLEL, queue: config.ARGON2_QUEUE });
  const keys = createSigningKeys({
    database,
    rotationDays: config.KEY_ROTATION_DAYS,
    tokenSeconds: config.ACCESS_TOKEN_SECONDS,
    log,
  });
  const tokens = createTokens({
    keys,
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
    seconds: config.ACCESS_TOKEN_SECONDS,
  });
  await keys();

  const app = createAuthApp({
    accounts: createAccounts({ users, passwords }),
    users,
    grants: createGrants({ sessions, tokens }),
    tokens,
    keys,
    checks: {
      mysql: (signal) => checkDatabase(database, signal),
      sidecar: (signal) => checkSidecar(config, signal),
    },
    metrics: createMetrics('auth'),
    log,
    stopping: stopping.signal,
    apiToken: config.APP_API_TOKEN,
  });

  const clean = () =>
    sessions.deleteExpired().catch((error) => log.warn({ err: error }, 'could not clean up'));
  setInterval(clean, CLEANING_MS).unref();

  await serve(app.callback(), {
    host: config.HOST,
    port: config.APP_PORT,
    log,
    shutdownSeconds: config.SHUTDOWN_SECONDS,
    stopping,
    close: () => database.close(),
  });
}

start().catch((error: unknown) => {
  log.fatal({ err: error }, 'could not start');
  process.exit(1);
});
