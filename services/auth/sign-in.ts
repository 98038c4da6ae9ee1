import type Router from '@koa/router';
import type { RequestState } from '../shared/http/request-state.ts';
import type { Database } from './database/database.ts';
import { createApiKeys } from './keys/api-keys.ts';
import { createKeyIds, readKeyIdSecret } from './keys/key-ids.ts';
import { keyRoutes } from './keys/routes.ts';
import { createRequireAccount } from './require-account.ts';
import type { Tokens } from './tokens/tokens.ts';

interface SignInPorts {
  database: Database;
  tokens: Tokens;
  now?: () => number;
}

/** The ways into an account beside its password, as one part of the application. Returns what adds their routes. */
export async function createSignIn(ports: SignInPorts): Promise<(router: Router<RequestState>) => void> {
  const { database, now } = ports;
  const requireAccount = createRequireAccount(ports);
  const ids = createKeyIds(await readKeyIdSecret(database));
  const apiKeys = createApiKeys({ database, ids, ...(now && { now }) });

  return (router) => {
    keyRoutes(router, { apiKeys, requireAccount });
  };
}
