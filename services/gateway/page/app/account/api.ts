import { createApiKeys } from '../../../client/account/api-keys.ts';
import { createOwnAccount } from '../../../client/account/own-account.ts';
import { always, session } from '../api.ts';

/** What the owner of the account does with it. */
export const ownAccount = createOwnAccount(session, always);
export const apiKeys = createApiKeys(session, always);
