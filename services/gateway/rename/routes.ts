import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { scope } from '../accounts/access.ts';
import { findOwnedJob } from '../jobs/find-owned.ts';
import type { JobPorts } from '../jobs/routes.ts';
import { parseRename } from './rename-request.ts';

/** The route by which a job, and with it its MP3, gets another name. Names are cleaned as those of uploads. */
export function renameRoutes(
  router: Router<RequestState>,
  { commands, queue, ...ports }: Pick<JobPorts, 'authenticate' | 'jobs' | 'commands' | 'queue'>,
): void {
  router.patch('/jobs/:id', scope('manage'), jsonBody, async (context) => {
    const { document } = await findOwnedJob(context, ports);
    const job = await commands.rename(document, parseRename(context.request.body));
    context.state.log.info({ job_id: job.id }, 'job renamed');
    [context.body] = await queue.view([job]);
  });
}
