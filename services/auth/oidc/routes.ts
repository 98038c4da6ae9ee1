import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { lockAccount } from '../accounts/lock-account.ts';
import type { Statements, Transactions } from '../database/database.ts';
import { dropGivenGroup } from '../groups/set-group.ts';
import { parseBody } from '../json-body.ts';
import { queueMail } from '../mails/outbox.ts';
import type { RequireProof } from '../own-account/require-proof.ts';
import type { RequireAccount, SignedIn } from '../own-account/signed-in.ts';
import type { Grants } from '../sessions/grants.ts';
import { requireWayIn } from '../sign-in-ways.ts';
import type { Authorization } from './authorization.ts';
import { deleteIdentity, type IdentityRow, readIdentities } from './identity-store.ts';
import type { ProviderSettings } from './settings.ts';
import type { SignInByIdentity } from './sign-in-by-identity.ts';

export interface Provider {
  settings: ProviderSettings;
  authorization: Authorization;
}

export interface OidcPorts {
  providers: readonly Provider[];
  signInByIdentity: SignInByIdentity;
  database: Transactions;
  grants: Pick<Grants, 'issue'>;
  requireAccount: RequireAccount;
  requireProof: RequireProof;
}

const named = z.object({ provider: z.string().max(32) });
const joining = z.object({ password: z.string().optional() });
const identityToEnd = z.object({ id: z.string().max(64), password: z.string().optional() });
const callback = z.object({ query: z.string().max(8_000), attempt: z.string().max(4_000) });

/** Sign-in at other systems. The gateway keeps the attempt in a cookie, and passes on what the provider has sent with the browser. */
export function oidcRoutes(router: Router<RequestState>, ports: OidcPorts): void {
  const { providers, signInByIdentity, database, grants, requireAccount, requireProof } = ports;

  function providerOf(context: Context): Provider {
    const { provider } = parseBody(context, named);
    const found = providers.find(({ settings }) => settings.id === provider);
    if (!found) throw new AppError('not_found', 'there is no such provider');
    return found;
  }

  router.get('/oidc', (context) => {
    context.body = { providers: providers.map(({ settings: { id, name } }) => ({ id, name })) };
  });

  router.post('/oidc/begin', jsonBody, async (context) => {
    context.set('Cache-Control', 'no-store');
    context.body = await providerOf(context).authorization.begin();
  });

  // Begun by whoever is signed in, it joins the identity to that account.
  router.post('/oidc/join', jsonBody, async (context) => {
    const signedIn = await requireAccount(context);
    const { user, sessionId } = signedIn;
    if (sessionId === undefined)
      throw new AppError('state_conflict', 'this session is of an older release: sign in again');
    const { authorization } = providerOf(context);
    await requireProof(signedIn, parseBody(context, joining).password, closedSignal(context.res));
    context.set('Cache-Control', 'no-store');
    context.body = await authorization.begin({ userId: user.id, sessionId });
  });

  router.post('/oidc/complete', jsonBody, async (context) => {
    const { settings, authorization } = providerOf(context);
    const { query, attempt } = parseBody(context, callback);
    const { identity, join } = await authorization.complete(query, attempt);
    const user = await signInByIdentity(identity, settings, join);
    context.state.log.info({ user: user.id, provider: settings.id, joined: Boolean(join) }, 'signed in');
    context.set('Cache-Control', 'no-store');
    // Whoever was signed in stays so, in the same session.
    if (join) context.status = 204;
    else context.body = await grants.issue(user);
  });

  router.get('/account/identities', async (context) => {
    const { user } = await requireAccount(context);
    context.set('Cache-Control', 'no-store');
    context.body = {
      identities: (await readIdentities(database, user.id)).map((row) => viewOf(row, providers)),
    };
  });

  router.post('/account/identities/end', jsonBody, async (context) => {
    const { id, password } = parseBody(context, identityToEnd);
    const signedIn = await requireAccount(context);
    await requireProof(signedIn, password, closedSignal(context.res));
    await database.inTransaction((statements) => removeIdentity(statements, signedIn, id, providers));
    context.state.log.info({ user: signedIn.user.id }, 'identity removed');
    context.status = 204;
  });
}

async function removeIdentity(
  statements: Statements,
  { user: { id, email }, sessionId }: SignedIn,
  identity: string,
  providers: OidcPorts['providers'],
): Promise<void> {
  await lockAccount(statements, id, sessionId);
  const found = (await readIdentities(statements, id)).find((row) => row.id === identity);
  if (!found || !(await deleteIdentity(statements, id, identity)))
    throw new AppError('not_found', 'your account has no such identity');
  await requireWayIn(statements, id);
  await dropGivenGroup(statements, id, identity);
  const { name } = viewOf(found, providers);
  await queueMail(statements, { kind: 'sign_in_method_removed', to: email, detail: name });
}

const viewOf = (row: IdentityRow, providers: OidcPorts['providers']) => ({
  id: row.id,
  provider: row.provider,
  // A provider may have left the settings since.
  name: providers.find(({ settings }) => settings.id === row.provider)?.settings.name ?? row.provider,
  email: row.email,
  created_at: row.created_at.toISOString(),
  last_used_at: row.last_used_at?.toISOString() ?? null,
});
