import type Router from '@koa/router';
import { AppError } from '../shared/errors.ts';
import type { RequestState } from '../shared/http.ts';
import type { JobIndex } from '../shared/job-index.ts';
import type { JobStore } from '../shared/job-store.ts';
import { type JobView, viewOf } from '../shared/jobs.ts';
import type { Authenticate } from './authenticate.ts';
import { ownedJob } from './owned-job.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

export interface JobPorts {
  authenticate: Authenticate;
  jobs: JobStore;
  index: JobIndex;
}

export function jobRoutes(router: Router<RequestState>, ports: JobPorts): void {
  router.get('/jobs', async (context) => {
    const user = await ports.authenticate(context.get('authorization'));
    const { limit, cursor } = parsePage(context.query);
    context.body = await listJobs(ports, user.id, limit, cursor);
  });

  router.get('/jobs/:id', async (context) => {
    const { document } = await ownedJob(context, ports);
    context.body = viewOf(document);
  });
}

/** A page of an owner's jobs, newest first; entries whose job has expired are passed over. */
async function listJobs(
  { jobs, index }: JobPorts,
  owner: string,
  limit: number,
  cursor: string | undefined,
): Promise<{ jobs: JobView[]; next_cursor: string | null }> {
  const page: JobView[] = [];
  let batch: { id: string; cursor: string }[] = [];
  let last: string | null = null;

  const take = async (): Promise<boolean> => {
    const found = await jobs.getMany(batch.map(({ id }) => id));
    for (const entry of batch) {
      const job = found.get(entry.id)?.document;
      if (job?.owner !== owner) continue;
      if (page.length === limit) return true;
      page.push(viewOf(job));
      last = entry.cursor;
    }
    batch = [];
    return false;
  };

  // One more than asked for tells whether there is a next page.
  for await (const entry of index.listOwned(owner, cursor)) {
    batch.push(entry);
    if (batch.length > limit && (await take())) return { jobs: page, next_cursor: last };
  }
  return { next_cursor: (await take()) ? last : null, jobs: page };
}

function parsePage(query: NodeJS.Dict<string | string[]>): { limit: number; cursor: string | undefined } {
  const { limit = String(DEFAULT_LIMIT), cursor } = query;
  if (
    typeof limit !== 'string' ||
    !/^\d{1,3}$/.test(limit) ||
    Number(limit) < 1 ||
    Number(limit) > MAX_LIMIT
  ) {
    throw new AppError('bad_request', `limit is a number from 1 to ${MAX_LIMIT}`);
  }
  if (Array.isArray(cursor)) throw new AppError('bad_request', 'cursor is given once');
  return { limit: Number(limit), cursor };
}
