import type Router from '@koa/router';
import { closedSignal } from '../../shared/http/client-closed.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { isFinal, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { scope } from '../accounts/access.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import type { Admission } from '../limits/admission.ts';
import { acquireForResponse, type ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import { parseOptions } from '../options/parse-options.ts';
import type { Queue } from '../queue/queue.ts';
import type { JobCommands } from './commands.ts';
import { findOwnedJob, findOwnedOrDeletedJob } from './find-owned.ts';
import { isFiltered, parseJobFilter } from './job-filter.ts';
import { listJobs } from './list.ts';
import { parsePageQuery } from './page-query.ts';

export interface JobPorts {
  authenticate: Authenticate;
  jobs: JobStore;
  index: JobIndex;
  commands: JobCommands;
  admission: Admission;
  /** Lists by status or name. Each may read much of a list to find a few jobs. */
  searches: ConcurrencyLimit;
  queue: Queue;
  usage: {
    /** Counts the sound of a job that is about to be deleted. */
    settleBeforeDeletion(job: Job): Promise<void>;
  };
}

/** The routes with which a user lists, reads, cancels, retries and deletes jobs. */
export function jobRoutes(router: Router<RequestState>, ports: JobPorts): void {
  const { commands, admission, queue } = ports;

  router.get('/jobs', scope('read'), async (context) => {
    const user = await ports.authenticate(context.get('authorization'));
    const wanted = { ...parsePageQuery(context.query), filter: parseJobFilter(context.query) };
    if (isFiltered(context.query)) acquireForResponse(ports.searches, user, context.res);
    context.body = await listJobs(
      { ...ports, log: context.state.log, signal: closedSignal(context.res) },
      user.id,
      wanted,
    );
  });

  router.get('/jobs/:id', scope('read'), async (context) => {
    const { document } = await findOwnedJob(context, ports);
    [context.body] = await queue.view([document]);
  });

  router.delete('/jobs/:id', scope('manage'), async (context) => {
    const job = await findOwnedOrDeletedJob(context, ports);
    await ports.usage.settleBeforeDeletion(job);
    await commands.delete(job);
    context.state.log.info({ job_id: job.id }, 'job deleted');
    context.status = 204;
  });

  router.post('/jobs/:id/cancel', scope('manage'), async (context) => {
    const { document } = await findOwnedJob(context, ports);
    const job = await commands.cancel(document);
    context.state.log.info({ job_id: job.id }, 'job cancelled');
    context.body = queue.viewNow(job);
  });

  router.post('/jobs/:id/retry', scope('manage'), async (context) => {
    const { document, user } = await findOwnedJob(context, ports);
    const query = [...new URLSearchParams(context.querystring)];
    const options = query.length > 0 ? parseOptions(query) : undefined;
    // A job that is queued or converting counts already, and one that is done is refused without options.
    const isAdditional = isFinal(document) && (document.status !== 'done' || options !== undefined);
    using place = isAdditional ? await admission.admitRetry(user) : undefined;
    const job = await commands.retry(document, options);
    place?.keep();
    context.state.log.info({ job_id: job.id, run: job.generation }, 'job is retried');
    context.status = 202;
    context.set('Location', `/jobs/${job.id}`);
    [context.body] = await queue.view([job]);
  });
}
