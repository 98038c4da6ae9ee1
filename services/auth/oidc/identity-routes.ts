import type Router from '@koa/router';
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
import { requireWayIn } from '../sign-in-ways.ts';
import { deleteIdentity, type IdentityRow, readIdentities } from './identity-store.ts';
import type { ProviderSettings } from './settings.ts';

export interface IdentityPorts {
  providers: readonly { settings: Pick<ProviderSettings, 'id' | 'name'> }[];
  database: Transactions;
  requireAccount: RequireAccount;
  requireProof: RequireProof;
}

const ending = z.object({ id: z.string().max(64), password: z.string().optional() });

/** The identities at other systems by which an account can be used. */
export function identityRoutes(router: Router<RequestState>, ports: IdentityPorts): void {
  const { providers, database, requireAccount, requireProof } = ports;

  router.get('/account/identities', async (context) => {
    const { user } = await requireAccount(context);
    context.set('Cache-Control', 'no-store');
    context.body = {
      identities: (await readIdentities(database, user.id)).map((row) => viewOf(row, providers)),
    };
  });

  router.post('/account/identities/end', jsonBody, async (context) => {
    const { id, password } = parseBody(context, ending);
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
  providers: IdentityPorts['providers'],
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

const viewOf = (row: IdentityRow, providers: IdentityPorts['providers']) => ({
  id: row.id,
  provider: row.provider,
  // A provider may have left the settings since.
  name: providers.find(({ settings }) => settings.id === row.provider)?.settings.name ?? row.provider,
  email: row.email,
  created_at: row.created_at.toISOString(),
  last_used_at: row.last_used_at?.toISOString() ?? null,
});
