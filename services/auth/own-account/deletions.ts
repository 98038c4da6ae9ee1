import type Router from '@koa/router';
import { z } from 'zod';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { Statements } from '../database/database.ts';
import { parseBody } from '../json-body.ts';

const page = z.object({
  after: z.union([z.uuid(), z.literal('')]).default(''),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
const confirmation = z.object({ id: z.uuid() });

/**
 * The accounts that were deleted and whose jobs, files and uploads are not all gone yet. A gateway reads them, deletes what they own,
 * and confirms it. Until then auth keeps the id, so a gateway that dies on the way leaves nothing behind.
 */
export function deletionRoutes(router: Router<RequestState>, database: Statements): void {
  router.get('/deletions', async (context) => {
    const { data } = page.safeParse(context.query);
    if (!data) throw new AppError('bad_request', '`after` is a user id, `limit` a number from 1 to 1000');
    const rows = await database.rows<{ user_id: string; deleted_at: Date }>(
      'SELECT user_id, deleted_at FROM account_deletions WHERE user_id > ? ORDER BY user_id LIMIT ?',
      // As a text, as in accounts/users.ts.
      [data.after, String(data.limit)],
    );
    context.set('Cache-Control', 'no-store');
    context.body = {
      deletions: rows.map((row) => ({ id: row.user_id, deleted_at: row.deleted_at.toISOString() })),
    };
  });

  router.post('/deletions/confirmation', jsonBody, async (context) => {
    const { id } = parseBody(context, confirmation);
    await database.change('DELETE FROM account_deletions WHERE user_id = ?', [id]);
    context.status = 204;
  });
}
