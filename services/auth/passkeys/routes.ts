import type Router from '@koa/router';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { replaceInvisible } from '../../shared/runtime/visible-text.ts';
import type { Statements } from '../database/database.ts';
import { parseBody } from '../json-body.ts';
import type { RequireProof } from '../own-account/require-proof.ts';
import type { RequireAccount } from '../own-account/signed-in.ts';
import type { Grants } from '../sessions/grants.ts';
import { type Passkey, renamePasskey } from './passkey-store.ts';
import { noPasskey, type Passkeys } from './passkeys.ts';

export interface PasskeyPorts {
  passkeys: Passkeys;
  database: Statements;
  grants: Pick<Grants, 'issue'>;
  requireAccount: RequireAccount;
  requireProof: RequireProof;
}

const base64url = (max: number) =>
  z
    .string()
    .regex(/^[\w-]+$/)
    .max(max);
const name = z
  .string()
  .transform((text) => replaceInvisible(text, ' ').replace(/\s+/g, ' ').trim())
  .pipe(z.string().min(1).max(100));
const credential = {
  id: base64url(1364),
  rawId: base64url(1364),
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}).default({}),
};
const registration = z.object({
  name,
  response: z.looseObject({
    ...credential,
    response: z.looseObject({
      clientDataJSON: base64url(4096),
      attestationObject: base64url(12_000),
      transports: z
        .array(z.string().regex(/^[a-z-]{1,20}$/))
        .max(10)
        .default([]),
    }),
  }),
});
const beginning = z.object({ password: z.string().optional() });
const login = z.object({
  attempt: z.string().max(1_000),
  response: z.looseObject({
    ...credential,
    response: z.looseObject({
      clientDataJSON: base64url(4096),
      authenticatorData: base64url(4096),
      signature: base64url(4096),
      userHandle: base64url(100).optional(),
    }),
  }),
});
const ending = z.object({ id: base64url(22), password: z.string().optional() });
const renaming = z.object({ id: base64url(22), name });

/** The passkeys of an account, and the login by one. */
export function passkeyRoutes(router: Router<RequestState>, ports: PasskeyPorts): void {
  const { passkeys, database, grants, requireAccount, requireProof } = ports;
  const path = '/account/passkeys';

  router.get(path, async (context) => {
    const { user } = await requireAccount(context);
    context.set('Cache-Control', 'no-store');
    context.body = { passkeys: (await passkeys.list(user.id)).map(viewOf) };
  });

  // The proof is asked for here, before the device is. The challenge, which no other account can use, stands for it below.
  router.post('/account/passkey-options', jsonBody, async (context) => {
    const { password } = parseBody(context, beginning);
    const signedIn = await requireAccount(context);
    await requireProof(signedIn, password, closedSignal(context.res));
    context.set('Cache-Control', 'no-store');
    context.body = await passkeys.begin(signedIn.user);
  });

  router.post(path, jsonBody, async (context) => {
    const given = parseBody(context, registration);
    const signedIn = await requireAccount(context);
    const response = given.response as unknown as RegistrationResponseJSON;
    context.body = viewOf(await passkeys.add(signedIn, given.name, response));
    context.state.log.info({ user: signedIn.user.id }, 'passkey added');
    context.set('Cache-Control', 'no-store');
    context.status = 201;
  });

  router.post(`${path}/rename`, jsonBody, async (context) => {
    const given = parseBody(context, renaming);
    const { user } = await requireAccount(context);
    const renamed = { userId: user.id, publicId: given.id, name: given.name };
    if (!(await renamePasskey(database, renamed))) throw noPasskey();
    context.status = 204;
  });

  router.post(`${path}/end`, jsonBody, async (context) => {
    const { id, password } = parseBody(context, ending);
    const signedIn = await requireAccount(context);
    await requireProof(signedIn, password, closedSignal(context.res));
    await passkeys.remove(signedIn, id);
    context.state.log.info({ user: signedIn.user.id }, 'passkey removed');
    context.status = 204;
  });

  router.post('/login/passkey/options', async (context) => {
    context.set('Cache-Control', 'no-store');
    // `attempt` is for the gateway, which keeps it in a cookie.
    context.body = await passkeys.beginLogin();
  });

  router.post('/login/passkey', jsonBody, async (context) => {
    const { response, attempt } = parseBody(context, login);
    const user = await passkeys.logIn(response as unknown as AuthenticationResponseJSON, attempt);
    context.set('Cache-Control', 'no-store');
    context.body = await grants.issue(user, context.get('x-client-user-agent') || undefined);
  });
}

const viewOf = ({ publicId, name, isBackedUp, createdAt, lastUsedAt }: Passkey) => ({
  id: publicId,
  name,
  synchronised: isBackedUp,
  created_at: createdAt.toISOString(),
  last_used_at: lastUsedAt?.toISOString() ?? null,
});
