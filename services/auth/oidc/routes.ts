import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { RequireGuest } from '../guests/require-guest.ts';
import { parseBody } from '../json-body.ts';
import type { RequireProof } from '../own-account/require-proof.ts';
import type { RequireAccount } from '../own-account/signed-in.ts';
import type { Grants } from '../sessions/grants.ts';
import type { Authorization } from './authorization.ts';
import type { ProviderSettings } from './settings.ts';
import type { SignInByIdentity } from './sign-in-by-identity.ts';

export interface Provider {
  settings: ProviderSettings;
  authorization: Authorization;
}

export interface OidcPorts {
  providers: readonly Provider[];
  signInByIdentity: SignInByIdentity;
  grants: Pick<Grants, 'issue'>;
  requireAccount: RequireAccount;
  requireGuest: RequireGuest;
  requireProof: RequireProof;
}

const named = z.object({ provider: z.string().max(32) });
const joining = z.object({ password: z.string().optional() });
const leaving = z.object({ leave_guest: z.boolean().default(false) });
const callback = z.object({ query: z.string().max(8_000), attempt: z.string().max(4_000) });

/** Sign-in at other systems. The gateway keeps the attempt in a cookie, and passes on what the provider has sent with the browser. */
export function oidcRoutes(router: Router<RequestState>, ports: OidcPorts): void {
  const { providers, signInByIdentity, grants, requireAccount, requireGuest, requireProof } = ports;

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
    context.body = await authorization.begin({ join: { userId: user.id, sessionId } });
  });

  // Where the identity has no account, the guest becomes its account.
  router.post('/oidc/guest', jsonBody, async (context) => {
    const guest = await requireGuest(context);
    const { leave_guest } = parseBody(context, leaving);
    context.set('Cache-Control', 'no-store');
    const by = { guest: { ...guest, mayLeave: leave_guest } };
    context.body = await providerOf(context).authorization.begin(by);
  });

  router.post('/oidc/complete', jsonBody, async (context) => {
    const { settings, authorization } = providerOf(context);
    const { query, attempt } = parseBody(context, callback);
    const { identity, ...by } = await authorization.complete(query, attempt);
    const user = await signInByIdentity(identity, settings, by);
    const { join, guest } = by;
    const outcome = guest && { guest: guest.userId === user.id ? 'registered' : 'left' };
    context.state.log.info(
      { user: user.id, provider: settings.id, joined: Boolean(join), ...outcome },
      'signed in',
    );
    context.set('Cache-Control', 'no-store');
    // Whoever was signed in stays so, in the same session. A guest gets one of the account.
    if (join) context.status = 204;
    else context.body = { ...(await grants.issue(user)), ...outcome };
  });
}
