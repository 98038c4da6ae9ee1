import type { Context } from 'koa';
import {
  isExpired,
  isJobId,
  isVisible,
  type Job,
  jobNotFound,
  type VisibleJob,
} from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import type { User } from '../accounts/user.ts';

type Request = Pick<Context, 'get'> & { params: Record<string, string | undefined> };
interface Ports {
  authenticate: Authenticate;
  jobs: JobStore;
}

/** Returns the id. Throws `not_found` for a text that is no id, which must not become a key of the store. */
export function parseJobId(text: string | undefined): string {
  if (text === undefined || !isJobId(text)) throw jobNotFound();
  return text;
}

/** Finds the job that the request names, and who asks for it. Throws `not_found`, also for the job of another user. */
export async function findOwnedJob(
  context: Request,
  { authenticate, jobs }: Ports,
): Promise<Stored<VisibleJob> & { user: User }> {
  const user = await authenticate(context.get('authorization'));
  const stored = await jobs.get(parseJobId(context.params.id));
  if (stored.document.owner !== user.id) throw jobNotFound();
  return { ...stored, user };
}

/** Finds the job that the request names, or its tombstone if the caller has deleted it. Throws as `findOwnedJob` does. */
export async function findOwnedOrDeletedJob(context: Request, { authenticate, jobs }: Ports): Promise<Job> {
  const user = await authenticate(context.get('authorization'));
  const job = await findJobOrTombstone(jobs, context.params.id);
  if (job.owner !== user.id) throw jobNotFound();
  return job;
}

/** Finds a job of any user, or its tombstone. Throws `not_found`. */
export async function findJobOrTombstone(jobs: JobStore, idGiven: string | undefined): Promise<Job> {
  const id = parseJobId(idGiven);
  const job = await jobs.find(id);
  const isTombstone = job?.status === 'deleted' && !isExpired(job);
  if (!job || !(isVisible(job) || isTombstone)) throw jobNotFound();
  return job;
}
