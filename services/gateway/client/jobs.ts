import { type JobView, jobView } from '../../shared/jobs/job-view.ts';
import { type DownloadLink, downloadLink } from '../downloads/download-link.ts';
import { pageOf } from '../jobs/job-page.ts';
import { jsonContent } from './http/json-content.ts';
import type { Session } from './session/session.ts';

/** Shorter than the default, because these responses are small. */
const IDLE_TIMEOUT_MS = 15_000;
const jobPage = pageOf(jobView);

export interface JobPage {
  /** Newest first. A page may be short, or empty, although more jobs follow. */
  jobs: JobView[];
  /** Null on the last page. */
  next_cursor: string | null;
}

export interface JobQuery {
  /** 1 to 100, by default 20. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before, which was asked for with the same filters. */
  cursor?: string | null | undefined;
  /** Only jobs in one of these statuses. Without any, all. */
  status?: JobView['status'] | readonly JobView['status'][] | undefined;
  /** Only jobs with this text in their file name, whatever the case and the accents. */
  search?: string | undefined;
}

export async function listJobs(
  session: Session,
  { limit, cursor, status = [], search }: JobQuery,
  signal: AbortSignal,
): Promise<JobPage> {
  const query = {
    ...(limit !== undefined && { limit: String(limit) }),
    ...(cursor && { cursor }),
    ...(status.length > 0 && { status: [status].flat().join(',') }),
    ...(search && { search }),
  };
  const reply = await session.send({
    method: 'GET',
    path: '/jobs',
    query,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    signal,
  });
  return reply.json(jobPage);
}

/** @throws ProblemError `not_found`, also for a job that was deleted or has expired */
export async function getJob(session: Session, id: string, signal: AbortSignal): Promise<JobView> {
  const path = `/jobs/${id}`;
  const reply = await session.send({ method: 'GET', path, idleTimeoutMs: IDLE_TIMEOUT_MS, signal });
  return reply.json(jobView);
}

/**
 * Renames a job and its MP3. The gateway cleans the name.
 * @throws ProblemError `not_found`, `bad_request` for a name without any visible character
 */
export async function renameJob(
  session: Session,
  id: string,
  filename: string,
  signal: AbortSignal,
): Promise<JobView> {
  const reply = await session.send({
    method: 'PATCH',
    path: `/jobs/${id}`,
    ...jsonContent({ filename }),
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    signal,
  });
  return reply.json(jobView);
}

/** @throws ProblemError `not_found`, `state_conflict` for a job that has ended */
export const cancelJob = (session: Session, id: string, signal: AbortSignal): Promise<JobView> =>
  postJob(session, `/jobs/${id}/cancel`, signal);

/**
 * Converts a failed or cancelled job again, and with other options also one that is done.
 * @param options query parameters of the gateway. Without them, the job keeps its options.
 * @throws ProblemError `not_found`, `invalid_option`, `state_conflict` for a job that is done (with these options)
 */
export const retryJob = (
  session: Session,
  id: string,
  signal: AbortSignal,
  options: Record<string, string> = {},
): Promise<JobView> => postJob(session, `/jobs/${id}/retry`, signal, options);

async function postJob(
  session: Session,
  path: string,
  signal: AbortSignal,
  query: Record<string, string> = {},
): Promise<JobView> {
  const reply = await session.send({ method: 'POST', path, query, signal });
  return reply.json(jobView);
}

/**
 * Returns the signed link to the MP3, which works without a login until the job expires or is deleted.
 * @throws ProblemError `not_found`, `not_ready` for a job without an MP3
 */
export async function getLink(session: Session, id: string, signal: AbortSignal): Promise<DownloadLink> {
  const path = `/jobs/${id}/link`;
  const reply = await session.send({ method: 'GET', path, idleTimeoutMs: IDLE_TIMEOUT_MS, signal });
  return reply.json(downloadLink);
}

/**
 * Deletes a job with its video and its MP3. With `keepalive`, the request outlives the page that sends it.
 * @throws ProblemError `not_found`
 */
export async function deleteJob(
  session: Session,
  id: string,
  signal: AbortSignal,
  { keepalive = false }: { keepalive?: boolean } = {},
): Promise<void> {
  const reply = await session.send({ method: 'DELETE', path: `/jobs/${id}`, keepalive, signal });
  await reply.discard();
}
