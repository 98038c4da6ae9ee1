import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type Router from '@koa/router';
import type { ParameterizedContext } from 'koa';
import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { fromAttachment } from '../../shared/jobs/attached-details.ts';
import { availableMp3 } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { type Mp3Details, mp3Details } from '../../shared/jobs/mp3-details.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { scope } from '../accounts/access.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import { sendBlob } from '../downloads/send-blob.ts';
import { findOwnedJob } from '../jobs/find-owned.ts';
import { acquireForResponse, type ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import { type Mp3Tag, readId3Tag } from './id3-tag.ts';

export interface DetailsPorts {
  authenticate: Authenticate;
  jobs: JobStore;
  blobs: BlobStore;
  /** Both routes read a MiB or more of the MP3. */
  downloads: ConcurrencyLimit;
}

type Context = ParameterizedContext<RequestState> & { params: Record<string, string | undefined> };

/** What a player shows of an MP3, beside its bytes. */
export function detailsRoutes(router: Router<RequestState>, ports: DetailsPorts): void {
  router.get('/jobs/:id/details', scope('read'), async (context) => {
    const { blobId } = await openMp3(context, ports);
    const blob = await ports.blobs.stat(blobId);
    const measured = fromAttachment(blob?.attachment);
    if (!measured) throw new AppError('not_found', 'an earlier release made this MP3, without details');
    const { chapters, cover } = await readTag(ports.blobs, blobId);
    const details: Mp3Details = {
      ...measured,
      chapters,
      cover: cover ? { type: cover.type, size: cover.end - cover.start } : null,
    };
    const body = JSON.stringify(mp3Details.parse(details));
    setValidator(context, createHash('sha256').update(body).digest('hex'));
    context.type = 'application/json';
    context.body = body;
    if (context.fresh) context.status = 304;
  });

  router.get('/jobs/:id/cover', scope('read'), async (context) => {
    const { blobId, jobId, sha256 } = await openMp3(context, ports);
    const { cover } = await readTag(ports.blobs, blobId);
    if (!cover) throw new AppError('not_found', 'this MP3 has no cover');
    context.status = 200;
    // The picture is a part of the MP3.
    setValidator(context, sha256);
    context.type = cover.type;
    context.set('Content-Security-Policy', "default-src 'none'; sandbox");
    context.length = cover.end - cover.start;
    if (context.fresh) context.status = 304;
    else if (context.method !== 'HEAD')
      await sendBlob(context, ports.blobs, { blobId, start: cover.start, end: cover.end - 1, jobId });
  });
}

/** Finds the MP3 of the caller's job. Throws `not_found`, `not_ready`, `too_many_requests`. */
async function openMp3(context: Context, ports: DetailsPorts) {
  const { document: job, user } = await findOwnedJob(context, ports);
  const available = availableMp3(job);
  if (!available)
    throw new AppError('not_ready', `the job is ${job.status}; its MP3 is available once the job is done`);
  acquireForResponse(ports.downloads, user, context.res);
  return { jobId: job.id, blobId: available.mp3BlobId, sha256: available.mp3.sha256 };
}

const readTag = (blobs: BlobStore, id: string): Promise<Mp3Tag> =>
  readId3Tag((start, end) => buffer(blobs.read(id, { start, end: end - 1 })));

/** Whoever asks again has to be the owner still. */
function setValidator(context: Context, etag: string): void {
  context.etag = etag;
  context.set('Cache-Control', 'private, no-cache');
}
