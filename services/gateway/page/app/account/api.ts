import { createApiKeys } from '../../../client/account/api-keys.ts';
import { createIdentities } from '../../../client/account/identities.ts';
import { createOwnAccount } from '../../../client/account/own-account.ts';
import { createPasskeys } from '../../../client/account/passkeys.ts';
import { createSecondFactor } from '../../../client/account/second-factor.ts';
import { always, session } from '../api.ts';

/** What the owner of the account does with it. */
export const ownAccount = createOwnAccount(session, always);
export const apiKeys = createApiKeys(session, always);
export const passkeys = createPasskeys(session, always);
export const secondFactor = createSecondFactor(session, always);
export const identities = createIdentities(session, always);
