import type Router from '@koa/router';
import { KEY_GRACE_SECONDS } from '../shared/contract/api-key.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import { createConfirmAddress } from './accounts/confirm.ts';
import { accountKey } from './accounts/email-address.ts';
import { mailedRoutes } from './accounts/mailed-routes.ts';
import { createPasswordReset } from './accounts/password-reset.ts';
import type { Passwords } from './accounts/passwords.ts';
import { deleteExpiredRegistrations } from './accounts/registrations.ts';
import { createVerification, type Verification } from './accounts/verification.ts';
import type { Database } from './database/database.ts';
import { groupRoutes } from './groups/routes.ts';
import type { Limits } from './limits/limits.ts';
import { deleteOldAllowances } from './mails/allowances.ts';
import { deleteExpiredTokens } from './mails/mail-tokens.ts';
import { createAccountChanges } from './own-account/changes.ts';
import { deletionRoutes } from './own-account/deletions.ts';
import { createRequirePassword } from './own-account/require-password.ts';
import { createRequireProof } from './own-account/require-proof.ts';
import { ownAccountRoutes } from './own-account/routes.ts';
import { createRequireAccount } from './own-account/signed-in.ts';
import { deleteOldRevocations } from './revocations/delete-old.ts';
import { revocationRoutes } from './revocations/routes.ts';
import type { Tokens } from './tokens/tokens.ts';

export interface AccountModulePorts {
  database: Database;
  passwords: Passwords;
  tokens: Pick<Tokens, 'verify' | 'seconds'>;
  /** Of the gateway. Links in mails start with it. */
  publicUrl: string;
  requireVerifiedEmail: boolean;
  /** Called after a mail was queued. */
  wakeMails: () => void;
  limits: Pick<Limits, 'logins' | 'countMail' | 'countAddressChange'>;
  now?: () => number;
  /** Milliseconds that an answer takes at least which must not tell whether there is an account. */
  minMs?: number;
}

export interface AccountModule {
  /** Undefined where addresses need not be confirmed. */
  verification: Verification | undefined;
  addRoutes(router: Router<RequestState>): void;
  /** Deletes what has expired. */
  cleanUp(): Promise<void>;
}

/** What people and gateways do with accounts beside signing in. */
export function createAccountModule(ports: AccountModulePorts): AccountModule {
  const { database, tokens, limits, requireVerifiedEmail, now = Date.now } = ports;
  // A minute more, because a gateway may ask again only after the grace has begun.
  const revocationSeconds = Math.max(tokens.seconds, KEY_GRACE_SECONDS + 60);
  const requirePassword = createRequirePassword({ ...ports, logins: limits.logins });
  const rememberOwner = (email: string) => limits.logins.remember(accountKey(email));
  const verification = requireVerifiedEmail ? createVerification(ports) : undefined;

  return {
    verification,

    addRoutes(router) {
      mailedRoutes(router, {
        verification,
        countMail: limits.countMail,
        confirmAddress: createConfirmAddress({ ...ports, rememberOwner }),
        passwordReset: createPasswordReset({ ...ports, rememberOwner, resend: verification?.resend }),
      });
      ownAccountRoutes(router, {
        database,
        requireAccount: createRequireAccount(database, tokens, requireVerifiedEmail),
        changes: createAccountChanges({
          ...ports,
          requirePassword,
          requireProof: createRequireProof(requirePassword, now),
        }),
        now,
      });
      deletionRoutes(router, database);
      groupRoutes(router, database);
      revocationRoutes(router, { database, tokenSeconds: revocationSeconds });
    },

    async cleanUp() {
      await deleteExpiredRegistrations(database, new Date(now()));
      await deleteExpiredTokens(database, new Date(now()));
      await deleteOldAllowances(database, now());
      await deleteOldRevocations(database, revocationSeconds);
    },
  };
}
