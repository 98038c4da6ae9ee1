import type { Context } from 'koa';
import type { Stored } from '../shared/documents.ts';
import { AppError } from '../shared/errors.ts';
import type { JobStore } from '../shared/job-store.ts';
import type { Job } from '../shared/jobs.ts';
import type { Authenticate } from './authenticate.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What is no id of ours cannot be a job, and must not become a key of the store. */
export function jobId(text: string | undefined): string {
  if (text === undefined || !UUID.test(text)) throw new AppError('not_found', 'there is no such job');
  return text;
}

/** The job that the request names, if it is the caller's; another's does not exist. */
export async function ownedJob(
  context: Pick<Context, 'get'> & { params: Record<string, string | undefined> },
  { authenticate, jobs }: { authenticate: Authenticate; jobs: JobStore },
): Promise<Stored<Job>> {
  const user = await authenticate(context.get('authorization'));
  const stored = await jobs.get(jobId(context.params.id));
  if (stored.document.owner !== user.id) throw new AppError('not_found', 'there is no such job');
  return stored;
}
