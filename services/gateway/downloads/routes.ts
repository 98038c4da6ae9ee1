import type Router from '@koa/router';
import type { ParameterizedContext } from 'koa';
import parseRange from 'range-parser';
import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { scope } from '../accounts/access.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import { findOwnedJob, parseJobId } from '../jobs/find-owned.ts';
import { acquireForResponse, type ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import { type Owner, ownerOf } from '../limits/owner.ts';
import type { DownloadLink } from './download-link.ts';
import { mp3Name } from './mp3-name.ts';
import { requireMp3 } from './require-mp3.ts';
import { sendBlob } from './send-blob.ts';
import type { SignedLinks } from './signed-link.ts';

export interface DownloadPorts {
  authenticate: Authenticate;
  jobs: JobStore;
  blobs: BlobStore;
  links: SignedLinks;
  /** A download needs a few MiB of memory for as long as its client takes. */
  downloads: ConcurrencyLimit;
}

type Context = ParameterizedContext<RequestState> & { params: Record<string, string | undefined> };

/**
 * Serves the MP3 to its owner, or to anybody who has the link from the mail.
 * `GET /download?fid=` is the route of the original system.
 */
export function downloadRoutes(router: Router<RequestState>, ports: DownloadPorts): void {
  router.get('/jobs/:id/link', scope('read'), (context) => link(context, ports));
  router.get('/download/:id', scope('read'), (context) => download(context, ports));
  router.get('/download', scope('read'), (context) => {
    const { fid } = context.query;
    context.params = typeof fid === 'string' ? { id: fid } : {};
    return download(context, ports);
  });
}

/** The link is the one of the mail. Whoever has it can download the MP3, so the response must not be stored by a cache. */
async function link(context: Context, ports: DownloadPorts): Promise<void> {
  const { document: job } = await findOwnedJob(context, ports);
  requireMp3(job);
  const { id, expires_at } = job;
  context.set('Cache-Control', 'no-store');
  context.body = { url: ports.links.sign(id, new Date(expires_at)), expires_at } satisfies DownloadLink;
}

async function download(context: Context, ports: DownloadPorts): Promise<void> {
  const { job, owner } = await findAllowedJob(context, ports);
  const { mp3, mp3BlobId } = requireMp3(job);

  context.status = 200;
  const name = mp3Name(job.filename);
  // With an ASCII fallback, the name itself goes into `filename*` (RFC 6266), which every client reads as UTF-8.
  context.attachment(name, { fallback: name.replace(/[^\x20-\x7e]/g, '_') });
  context.type = 'audio/mpeg';
  context.etag = mp3.sha256;
  context.set({
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
  requireMatch(context);
  if (context.fresh) {
    context.status = 304;
    return;
  }
  const range = requestedRange(context, mp3.size);
  if (range) {
    context.status = 206;
    context.set('Content-Range', `bytes ${range.start}-${range.end}/${mp3.size}`);
  }
  const { start, end } = range ?? { start: 0, end: mp3.size - 1 };
  context.length = end - start + 1;
  if (context.method === 'HEAD') return;
  acquireForResponse(ports.downloads, owner, context.res);
  await sendBlob(context, ports.blobs, { blobId: mp3BlobId, start, end, jobId: job.id });
}

/** Finds the job that the request names, and the owner whose place its download takes. */
async function findAllowedJob(context: Context, ports: DownloadPorts): Promise<{ job: Job; owner: Owner }> {
  const { expires, signature } = context.query;
  if (typeof expires !== 'string' || typeof signature !== 'string') {
    const { document: job, user } = await findOwnedJob(context, ports);
    return { job, owner: user };
  }
  const id = parseJobId(context.params.id);
  ports.links.verify(id, { expires, signature });
  const { document: job } = await ports.jobs.get(id);
  return { job, owner: ownerOf(job) };
}

/**
 * Throws `precondition_failed` when `If-Match` names other versions only (RFC 9110 13.1.1). `If-Unmodified-Since` is ignored, as
 * 13.1.4 demands where there is no Last-Modified.
 */
function requireMatch(context: Context): void {
  const wanted = context.get('if-match').trim();
  if (wanted === '' || wanted === '*') return;
  const tags = wanted.split(',').map((tag) => tag.trim());
  if (!tags.includes(context.response.get('etag'))) {
    throw new AppError('precondition_failed', 'If-Match names another version of the MP3');
  }
}

/**
 * Returns the requested range, or undefined for the whole file. RFC 9110 14.2 allows a server to ignore several ranges, and
 * demands that it ignores a range with a stale `If-Range` or with any method but GET.
 */
function requestedRange(context: Context, size: number): { start: number; end: number } | undefined {
  if (context.method !== 'GET') return undefined;
  const header = context.get('range');
  const condition = context.get('if-range');
  if (!header || (condition && condition !== context.response.get('etag'))) return undefined;
  // RFC 9110 14.1.2: a suffix that is longer than the file means the whole file. range-parser would refuse it.
  const suffix = /^bytes=-(\d+)$/.exec(header)?.[1];
  if (suffix && Number(suffix) >= size) return { start: 0, end: size - 1 };
  const ranges = parseRange(size, header);
  if (ranges === -2) return undefined;
  if (ranges === -1) {
    throw new AppError('range_not_satisfiable', `the file has ${size} bytes`, {
      headers: { 'Content-Range': `bytes */${size}` },
    });
  }
  return ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
}
