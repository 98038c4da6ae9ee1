import type Router from '@koa/router';
import { z } from 'zod';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { parseBody } from '../json-body.ts';
import type { RequireProof } from '../own-account/require-proof.ts';
import type { RequireAccount } from '../own-account/signed-in.ts';
import type { Grants } from '../sessions/grants.ts';
import type { SecondFactor } from './second-factor.ts';

export interface SecondFactorPorts {
  secondFactor: SecondFactor;
  grants: Pick<Grants, 'issue'>;
  requireAccount: RequireAccount;
  requireProof: RequireProof;
}

const code = z.string().min(1).max(40);
const beginning = z.object({ password: z.string().optional() });
const confirmation = z.object({ code });
const removal = z.object({ password: z.string().optional(), code });
const answer = z.object({ challenge: z.string().regex(/^[\w-]{43}$/), code });

/** The second factor of an account, and the second step of a login with it. */
export function secondFactorRoutes(router: Router<RequestState>, ports: SecondFactorPorts): void {
  const { secondFactor, grants, requireAccount, requireProof } = ports;
  const path = '/account/second-factor';

  router.get(path, async (context) => {
    const { user } = await requireAccount(context);
    context.set('Cache-Control', 'no-store');
    context.body = await secondFactor.read(user.id);
  });

  router.post(path, jsonBody, async (context) => {
    const { password } = parseBody(context, beginning);
    const signedIn = await requireAccount(context);
    await requireProof(signedIn, password, closedSignal(context.res));
    context.set('Cache-Control', 'no-store');
    context.body = await secondFactor.begin(signedIn);
  });

  router.post(`${path}/confirm`, jsonBody, async (context) => {
    const given = parseBody(context, confirmation);
    const signedIn = await requireAccount(context);
    context.set('Cache-Control', 'no-store');
    context.body = { recovery_codes: await secondFactor.confirm(signedIn, given.code) };
    context.state.log.info({ user: signedIn.user.id }, 'second factor set up');
  });

  router.post(`${path}/removal`, jsonBody, async (context) => {
    const given = parseBody(context, removal);
    const signedIn = await requireAccount(context);
    await requireProof(signedIn, given.password, closedSignal(context.res));
    await secondFactor.remove(signedIn, given.code);
    context.state.log.info({ user: signedIn.user.id }, 'second factor removed');
    context.status = 204;
  });

  router.post('/login/second-factor', jsonBody, async (context) => {
    const given = parseBody(context, answer);
    const user = await secondFactor.answer(given.challenge, given.code);
    context.set('Cache-Control', 'no-store');
    const { passwordHash: _, ...known } = user;
    context.body = await grants.issue(known, context.get('x-client-user-agent') || undefined);
  });
}
