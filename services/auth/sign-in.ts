import type Router from '@koa/router';
import type { RequestState } from '../shared/http/request-state.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Passwords } from './accounts/passwords.ts';
import type { Database } from './database/database.ts';
import { readSharedSecret } from './database/shared-secret.ts';
import { createRequireGuest } from './guests/require-guest.ts';
import { createApiKeys } from './keys/api-keys.ts';
import { createKeyIds, readKeyIdSecret } from './keys/key-ids.ts';
import { keyRoutes } from './keys/routes.ts';
import type { LoginLimits } from './limits/login-limits.ts';
import { createAuthorization } from './oidc/authorization.ts';
import { createDiscover } from './oidc/discovery.ts';
import { identityRoutes } from './oidc/identity-routes.ts';
import { oidcRoutes, type Provider } from './oidc/routes.ts';
import type { ProviderSettings } from './oidc/settings.ts';
import { createSignInByIdentity } from './oidc/sign-in-by-identity.ts';
import { createRequirePassword } from './own-account/require-password.ts';
import { createRequireProof } from './own-account/require-proof.ts';
import { createRequireAccount } from './own-account/signed-in.ts';
import { createCeremonies } from './passkeys/ceremonies.ts';
import { createLoginAttempts } from './passkeys/login-attempts.ts';
import { createPasskeys } from './passkeys/passkeys.ts';
import { passkeyRoutes } from './passkeys/routes.ts';
import { createSeal } from './seal.ts';
import { secondFactorRoutes } from './second-factor/routes.ts';
import { createSecondFactor, type SecondFactor } from './second-factor/second-factor.ts';
import type { Grants } from './sessions/grants.ts';
import { deleteExpiredChallenges, spendOnce } from './sign-in-challenges.ts';
import type { Tokens } from './tokens/tokens.ts';

interface SignInPorts {
  database: Database;
  tokens: Tokens;
  passwords: Passwords;
  logins: Pick<LoginLimits, 'guardSignedIn'>;
  grants: Grants;
  /** Whether addresses have to be confirmed. Default: false. */
  requireVerifiedEmail?: boolean;
  /** Of the gateway. */
  publicUrl: string;
  providers: readonly ProviderSettings[];
  /** The newest encrypts the secrets of second factors, and each of them decrypts. Without one, nobody can set one up. */
  authSecret: readonly [string, ...string[]] | undefined;
  log: Log;
  now?: () => number;
}

export interface SignIn {
  /** Throws `second_factor_required` where a password is not enough. */
  requireSecondFactor: SecondFactor['require'];
  addRoutes(router: Router<RequestState>): void;
  /** Deletes what has expired. */
  cleanUp(): Promise<void>;
}

/** The ways into an account beside its password, as one part of the application. */
export async function createSignIn(ports: SignInPorts): Promise<SignIn> {
  const { database, grants, requireVerifiedEmail, authSecret, publicUrl, now = Date.now } = ports;
  const requireAccount = createRequireAccount(database, ports.tokens, requireVerifiedEmail);
  const ids = createKeyIds(await readKeyIdSecret(database));
  const apiKeys = createApiKeys({ database, ids, requireVerifiedEmail, now });
  const oidc = {
    providers: await createProviders(ports),
    signInByIdentity: createSignInByIdentity(database, now),
    requireGuest: createRequireGuest(database, ports.tokens),
  };

  const seal = authSecret === undefined ? undefined : createSeal(authSecret, 'second-factor');
  const secondFactor = createSecondFactor({ database, seal, now });
  const attemptSeal = createSeal([await readSharedSecret(database, 'passkey-logins')], 'passkey-logins');
  const attempts = createLoginAttempts(database, attemptSeal, now);
  const passkeys = createPasskeys({ database, ceremonies: createCeremonies(publicUrl), attempts, now });
  const requireProof = createRequireProof(createRequirePassword(ports), now);
  const common = { database, grants, requireAccount, requireProof };

  return {
    requireSecondFactor: secondFactor.require,
    addRoutes(router) {
      keyRoutes(router, { apiKeys, requireAccount, requireProof });
      oidcRoutes(router, { ...oidc, ...common });
      identityRoutes(router, { ...oidc, ...common });
      secondFactorRoutes(router, { secondFactor, ...common });
      passkeyRoutes(router, { passkeys, ...common });
    },
    async cleanUp() {
      await deleteExpiredChallenges(database, new Date(now()));
      await apiKeys.deleteExpired();
    },
  };
}

async function createProviders({
  database,
  publicUrl,
  providers,
  log,
  now,
}: SignInPorts): Promise<Provider[]> {
  const seal = createSeal([await readSharedSecret(database, 'oidc-attempts')], 'oidc-attempts');
  return providers.map((settings) => ({
    settings,
    authorization: createAuthorization({
      ...{ settings, seal, discover: createDiscover(settings, log, now) },
      spend: (token, until) => spendOnce(database, token, until),
      redirectUri: `${publicUrl.replace(/\/+$/, '')}/session/oidc/${settings.id}/callback`,
      ...(now && { now }),
    }),
  }));
}
