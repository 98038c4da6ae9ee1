import type Router from '@koa/router';
import { closedSignal } from '../../../shared/http/client-closed.ts';
import type { RequestState } from '../../../shared/http/request-state.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { AppError } from '../../../shared/runtime/errors.ts';
import { scope } from '../../accounts/access.ts';
import type { JobIndex } from '../../job-index/job-index.ts';
import { parseJobId } from '../../jobs/find-owned.ts';
import { acquireForResponse } from '../../limits/concurrency-limit.ts';
import { requireMp3 } from '../require-mp3.ts';
import type { DownloadPorts } from '../routes.ts';
import { sendStream } from '../send-stream.ts';
import { createArchiveNames } from './archive-names.ts';
import { selectAll, selectNamed } from './select-jobs.ts';
import { type ArchiveFile, zipLength, zipStream } from './zip.ts';

export interface ArchivePorts extends Pick<DownloadPorts, 'authenticate' | 'jobs' | 'blobs' | 'downloads'> {
  index: Pick<JobIndex, 'listOwned'>;
}

/**
 * Serves several MP3s of a user as one ZIP archive, which is made while it is sent. Register it before `/download/:id`, which its path
 * matches, too.
 */
export function archiveRoutes(router: Router<RequestState>, ports: ArchivePorts): void {
  router.get('/download/archive', scope('read'), async (context) => {
    const user = await ports.authenticate(context.get('authorization'));
    // Before the jobs are read, because there may be many.
    acquireForResponse(ports.downloads, user, context.res);
    const ids = new URLSearchParams(context.querystring).getAll('id').map(parseJobId);
    const reading = { ...ports, log: context.state.log, signal: closedSignal(context.res) };
    const jobs =
      ids.length > 0 ? await selectNamed(reading, user.id, ids) : await selectAll(reading, user.id);
    const files = filesOf(jobs);

    context.status = 200;
    context.attachment('mp3s.zip');
    context.type = 'application/zip';
    context.set({
      'Accept-Ranges': 'none',
      'Cache-Control': 'private, no-cache',
      'Content-Security-Policy': "default-src 'none'; sandbox",
    });
    const length = zipLength(files);
    context.length = length;
    if (context.method === 'HEAD') return;
    await requireFirst(ports, files);
    const open = (signal: AbortSignal) => zipStream(ports.blobs, files, signal);
    await sendStream(context, open, { length, about: { jobs: jobs.length } });
  });
}

/** An archive begins before its first file is read. This lets a store that is away be an error response. */
async function requireFirst({ blobs }: ArchivePorts, [first]: readonly ArchiveFile[]): Promise<void> {
  if (first && !(await blobs.stat(first.blobId)))
    throw new AppError('not_found', `the MP3 ${first.name} does not exist any more`);
}

function filesOf(jobs: readonly Job[]): ArchiveFile[] {
  const nameOf = createArchiveNames();
  return jobs.map((job) => {
    const { mp3, mp3BlobId } = requireMp3(job);
    const { filename, created_at } = job;
    return { name: nameOf(filename), size: mp3.size, date: new Date(created_at), blobId: mp3BlobId };
  });
}
