import type Router from '@koa/router';
import { z } from 'zod';
import { SCOPES } from '../../shared/contract/scopes.ts';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { replaceInvisible } from '../../shared/runtime/visible-text.ts';
import { parseBody } from '../json-body.ts';
import type { RequireProof } from '../own-account/require-proof.ts';
import type { RequireAccount } from '../own-account/signed-in.ts';
import type { ApiKey } from './api-key-store.ts';
import type { ApiKeys } from './api-keys.ts';

const newKey = z.object({
  name: z
    .string()
    .transform((name) => replaceInvisible(name, ' ').replace(/\s+/g, ' ').trim())
    .pipe(z.string().min(1).max(100)),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .transform((scopes) => SCOPES.filter((scope) => scopes.includes(scope))),
  expires_in_days: z.number().int().min(1).max(366).default(90),
  password: z.string().optional(),
});
const keyToEnd = z.object({ id: z.string().max(64) });
const keyToCheck = z.object({ key: z.string().max(200) });

export interface KeyPorts {
  apiKeys: ApiKeys;
  requireAccount: RequireAccount;
  requireProof: RequireProof;
}

/** The routes of API keys. The gateway passes on all but the last one, by which it asks whose key it has got. */
export function keyRoutes(router: Router<RequestState>, ports: KeyPorts): void {
  const { apiKeys, requireAccount, requireProof } = ports;

  router.post('/account/keys', jsonBody, async (context) => {
    const signedIn = await requireAccount(context);
    const { name, scopes, expires_in_days: expiresInDays, password } = parseBody(context, newKey);
    await requireProof(signedIn, password, closedSignal(context.res));
    const { key, text } = await apiKeys.create(signedIn, { name, scopes, expiresInDays });
    context.state.log.info({ user: signedIn.user.id, key: key.id }, 'API key made');
    context.status = 201;
    context.set('Cache-Control', 'no-store');
    context.body = { ...viewOf(key), key: text };
  });

  router.get('/account/keys', async (context) => {
    const { user } = await requireAccount(context);
    context.set('Cache-Control', 'no-store');
    context.body = { keys: (await apiKeys.list(user.id)).map(viewOf) };
  });

  router.post('/account/keys/end', jsonBody, async (context) => {
    const { id } = parseBody(context, keyToEnd);
    const { user } = await requireAccount(context);
    await apiKeys.delete(user.id, id);
    context.state.log.info({ user: user.id, key: id }, 'API key deleted');
    context.status = 204;
  });

  router.post('/keys/check', jsonBody, async (context) => {
    const { id, scopes, expiresAt, user } = await apiKeys.check(parseBody(context, keyToCheck).key);
    context.set('Cache-Control', 'no-store');
    const { id: sub, email, group } = user;
    context.body = { id, scopes, expires_at: expiresAt.toISOString(), sub, email, ...(group && { group }) };
  });
}

const viewOf = ({ id, name, scopes, createdAt, expiresAt, lastUsedAt }: ApiKey) => ({
  id,
  name,
  scopes,
  created_at: createdAt.toISOString(),
  expires_at: expiresAt.toISOString(),
  last_used_at: lastUsedAt?.toISOString() ?? null,
});
