import type Router from '@koa/router';
import { z } from 'zod';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { Statements } from '../database/database.ts';
import { isCursor, readRevocations } from './revocations.ts';

export interface RevocationPorts {
  database: Pick<Statements, 'rows'>;
  /** Lifetime of an access token. */
  tokenSeconds: number;
}

const revocationQuery = z.object({ after: z.string().max(100).refine(isCursor).default('') });

/** What the gateways read every few seconds, to refuse the access tokens of sessions that were ended. */
export function revocationRoutes(router: Router<RequestState>, ports: RevocationPorts): void {
  router.get('/revocations', async (context) => {
    const query = revocationQuery.safeParse(context.query);
    if (!query.success) throw new AppError('bad_request', '`after` is the cursor of an earlier page');
    context.set('Cache-Control', 'no-store');
    context.body = await readRevocations(ports.database, query.data.after, ports.tokenSeconds);
  });
}
