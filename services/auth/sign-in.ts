import type Router from '@koa/router';
import type { RequestState } from '../shared/http/request-state.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Database } from './database/database.ts';
import { readSharedSecret } from './database/shared-secret.ts';
import { createApiKeys } from './keys/api-keys.ts';
import { createKeyIds, readKeyIdSecret } from './keys/key-ids.ts';
import { keyRoutes } from './keys/routes.ts';
import { createAuthorization } from './oidc/authorization.ts';
import { createDiscover } from './oidc/discovery.ts';
import { oidcRoutes, type Provider } from './oidc/routes.ts';
import type { ProviderSettings } from './oidc/settings.ts';
import { createSignInByIdentity } from './oidc/sign-in-by-identity.ts';
import { createRequireAccount } from './own-account/signed-in.ts';
import { createSeal } from './seal.ts';
import type { Grants } from './sessions/grants.ts';
import type { Tokens } from './tokens/tokens.ts';

interface SignInPorts {
  database: Database;
  tokens: Tokens;
  grants: Grants;
  /** Of the gateway. */
  publicUrl: string;
  providers: readonly ProviderSettings[];
  log: Log;
  now?: () => number;
}

/** The ways into an account beside its password, as one part of the application. Returns what adds their routes. */
export async function createSignIn(ports: SignInPorts): Promise<(router: Router<RequestState>) => void> {
  const { database, grants, now = Date.now } = ports;
  const requireAccount = createRequireAccount(database, ports.tokens);
  const ids = createKeyIds(await readKeyIdSecret(database));
  const apiKeys = createApiKeys({ database, ids, now });
  const oidc = {
    providers: await createProviders(ports),
    signInByIdentity: createSignInByIdentity(database, now),
  };

  return (router) => {
    keyRoutes(router, { apiKeys, requireAccount });
    oidcRoutes(router, { ...oidc, database, grants, requireAccount });
  };
}

async function createProviders({
  database,
  publicUrl,
  providers,
  log,
  now,
}: SignInPorts): Promise<Provider[]> {
  const seal = createSeal(await readSharedSecret(database, 'oidc-attempts'), 'oidc-attempts');
  return providers.map((settings) => ({
    settings,
    authorization: createAuthorization({
      ...{ settings, seal, discover: createDiscover(settings, log, now) },
      redirectUri: `${publicUrl.replace(/\/+$/, '')}/session/oidc/${settings.id}/callback`,
      ...(now && { now }),
    }),
  }));
}
