import type Router from '@koa/router';
import { z } from 'zod';
import { REGISTERED_GROUPS } from '../../shared/contract/account-group.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { emailKey, parseEmailAddress } from '../accounts/email-address.ts';
import type { Database } from '../database/database.ts';
import { parseBody } from '../json-body.ts';
import { setGroup } from './set-group.ts';

type GroupDatabase = Pick<Database, 'rows' | 'inTransaction'>;

interface Row {
  id: string;
  email: string;
  account_group: string | null;
  created_at: Date;
  verified_at: Date | null;
}

const change = z.object({ id: z.uuid(), group: z.enum(REGISTERED_GROUPS) });

/** How an operator finds an account and puts it into a group. The gateway decides who is an operator. */
export function groupRoutes(router: Router<RequestState>, database: GroupDatabase): void {
  router.get('/operator/accounts', async (context) => {
    const { email } = context.query;
    if (typeof email !== 'string' || email.length > 1000)
      throw new AppError('bad_request', '`email` is the address of an account');
    const address = parseEmailAddress(email);
    const accounts =
      address === undefined ? [] : await readAccounts(database, 'email_key', emailKey(address));
    context.set('Cache-Control', 'no-store');
    context.body = { accounts };
  });

  router.post('/operator/accounts/group', jsonBody, async (context) => {
    const { id, group } = parseBody(context, change);
    const isSet = await database.inTransaction((statements) => setGroup(statements, { userId: id, group }));
    if (!isSet) throw new AppError('not_found', 'there is no such account');
    context.state.log.info({ user: id, group }, 'an operator has put an account into a group');
    [context.body] = await readAccounts(database, 'id', id);
  });
}

async function readAccounts({ rows }: Pick<Database, 'rows'>, column: 'id' | 'email_key', key: string) {
  const found = await rows<Row>(
    `SELECT id, email, account_group, created_at, verified_at FROM users
      WHERE ${column} = ? AND email IS NOT NULL`,
    [key],
  );
  return found.map(({ id, email, account_group, created_at, verified_at }) => ({
    ...{ id, email, group: account_group ?? 'user', verified: verified_at !== null },
    created_at: created_at.toISOString(),
  }));
}
