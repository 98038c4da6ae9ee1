import { randomUUID } from 'node:crypto';
import { untilAborted } from '../../shared/blobs/chunks.ts';
import type { ConversionOptions, Job, UploadingJob } from '../../shared/jobs/job.ts';
import { firstOf, isAppError } from '../../shared/runtime/errors.ts';
import type { User } from '../accounts/authenticate.ts';
import type { SignedLinks } from '../downloads/signed-link.ts';
import type { Deduplicate } from './deduplicate.ts';
import { inspected } from './media-signature.ts';
import type { Upload } from './request-body.ts';
import { beginIntent, type IntentPorts } from './upload-intent.ts';

export interface StoreUploadPorts extends IntentPorts {
  sameContent: Deduplicate;
  links: SignedLinks;
  /** Told of a job once it is saved; must not fail, a sweep makes up for it. */
  publishVideo: (job: Job) => void;
  maxUploadBytes: number;
  retentionSeconds: number;
}

export interface AcceptRequest {
  /** Of the job, should it become one. */
  id: string;
  user: User;
  options: ConversionOptions;
  traceId: string;
  /** Asked once more when the file is there: throws when the job is not wanted any more. */
  confirm(): Promise<void>;
  signal: AbortSignal;
}

export type StoreUpload = (upload: Upload, request: AcceptRequest) => Promise<Job>;

/**
 * Stores the video, then the job: from there on it is accepted, whatever the broker does. Before, nothing remains of it.
 * Gives the owner's earlier job where that has made the same MP3 already.
 */
export function createStoreUpload(ports: StoreUploadPorts): StoreUpload {
  const { blobs, sameContent, publishVideo: announce, maxUploadBytes } = ports;

  return async ({ filename, bytes }, { confirm, signal, ...request }) => {
    const pieces = untilAborted(inspected(bytes, maxUploadBytes), signal);
    try {
      // What is refused by its first bytes is refused before anything is written.
      const first = await pieces.next();
      return await kept(newJob(filename, request, ports), resumed(first, pieces), confirm, signal);
    } finally {
      // Not waited for: a source that says nothing answers only when it does.
      pieces.return(undefined).catch(() => undefined);
    }
  };

  async function kept(
    draft: UploadingJob,
    bytes: AsyncIterable<Uint8Array>,
    confirm: AcceptRequest['confirm'],
    signal: AbortSignal,
  ): Promise<Job> {
    const intent = await beginIntent(draft, ports);
    try {
      const { size, sha256 } = await blobs.write(draft.videoBlobId, bytes, {
        expires: new Date(draft.expires_at),
        signal: AbortSignal.any([signal, intent.lost]),
      });
      const content = { ...draft, source: { ...draft.source, size, sha256 } };
      const [earlier] = await Promise.all([sameContent.find(content), confirm()]);
      if (earlier) {
        await intent.withdraw();
        return earlier;
      }
      await sameContent.remember(content, draft.id);
      const job = await intent.accept(content.source);
      announce(job);
      return job;
    } catch (error) {
      const withdrawn = intent.withdraw(error);
      // A store that is away would only make the answer late.
      if (!isAppError(firstOf(error), 'unavailable')) await withdrawn;
      throw error;
    }
  }
}

function newJob(
  filename: string,
  { id, user, options, traceId }: Pick<AcceptRequest, 'id' | 'user' | 'options' | 'traceId'>,
  { links, retentionSeconds }: Pick<StoreUploadPorts, 'links' | 'retentionSeconds'>,
): UploadingJob {
  const now = new Date();
  const expires = new Date(now.getTime() + retentionSeconds * 1000);
  return {
    id,
    status: 'uploading',
    filename,
    options,
    source: { size: 0, sha256: '', duration_seconds: null, tracks: null },
    attempts: 0,
    created_at: now.toISOString(),
    updated_at: now.toISOString(),
    expires_at: expires.toISOString(),
    owner: user.id,
    email: user.email,
    trace_id: traceId,
    videoBlobId: randomUUID(),
    orphanedBlobs: [],
    generation: 1,
    infrastructureFailures: 0,
    download_url: links.sign(id, expires),
  };
}

async function* resumed<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (!first.done) yield first.value;
  yield* rest;
}
