import { randomUUID } from 'node:crypto';
import { type ConversionOptions, DEFAULT_OPTIONS } from '../../shared/jobs/conversion-options.ts';
import type { Job, UploadingJob } from '../../shared/jobs/job.ts';
import { firstOf, isAppError } from '../../shared/runtime/errors.ts';
import type { User } from '../accounts/authenticate.ts';
import type { SignedLinks } from '../downloads/signed-link.ts';
import type { Deduplicate } from './deduplicate.ts';
import { openMedia } from './open-media.ts';
import { type IntentPorts, UploadIntent } from './upload-intent.ts';

export interface StoreUploadPorts extends IntentPorts {
  deduplicate: Deduplicate;
  links: SignedLinks;
  /** Called with a job once it is saved. It must not fail: the sweep publishes what gets lost. */
  publishVideo: (job: Job) => void;
  maxUploadBytes: number;
  retentionSeconds: number;
}

export interface Upload {
  /** Id of the job that the upload becomes. */
  id: string;
  user: User;
  traceId: string;
  filename: string;
  bytes: AsyncIterable<Uint8Array>;
  /** Called when the whole file is stored, since fields of a form may follow it. Throws `invalid_option`. */
  options(): ConversionOptions;
  /** Called with these options before the job is accepted. It throws when the job is not wanted any more. */
  confirm(options: ConversionOptions): Promise<void>;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

/**
 * Stores the video and then the job, which is accepted from then on, whatever the broker does. An upload that fails leaves
 * nothing behind. Returns the owner's earlier job when that has the same content, name and options.
 * Throws `empty_file`, `not_media`, `too_large`, `unavailable`, and what `bytes`, `options` and `confirm` throw.
 */
export type StoreUpload = (upload: Upload) => Promise<Job>;

export function createStoreUpload(ports: StoreUploadPorts): StoreUpload {
  const { blobs, deduplicate, publishVideo, maxUploadBytes } = ports;

  return async (upload) => {
    const { bytes, confirm, signal } = upload;
    // A file that is refused by its first bytes is refused before anything is written.
    using media = await openMedia(bytes, { maxBytes: maxUploadBytes, signal });
    const draft = newJob(upload, ports);
    const intent = await UploadIntent.begin(draft, ports);
    try {
      const { size, sha256 } = await blobs.write(draft.videoBlobId, media.bytes, {
        expires: new Date(draft.expires_at),
        signal: AbortSignal.any([signal, intent.lostSignal]),
      });
      const options = upload.options();
      const source = { ...draft.source, size, sha256 };
      const content = { ...draft, options, source };
      const [earlier] = await Promise.all([deduplicate.find(content), confirm(options)]);
      if (earlier) {
        await intent.withdraw();
        return earlier;
      }
      await deduplicate.remember(content, draft.id);
      const job = await intent.accept({ source, options });
      publishVideo(job);
      return job;
    } catch (error) {
      const withdrawn = intent.withdraw(error);
      // While the store is unavailable, waiting for it would only delay the response.
      if (!isAppError(firstOf(error), 'unavailable')) await withdrawn;
      throw error;
    }
  };
}

function newJob(
  { id, user, traceId, filename }: Upload,
  { links, retentionSeconds }: Pick<StoreUploadPorts, 'links' | 'retentionSeconds'>,
): UploadingJob {
  const now = new Date();
  const expires = new Date(now.getTime() + retentionSeconds * 1000);
  return {
    id,
    status: 'uploading',
    filename,
    // Replaced when the upload is accepted.
    options: DEFAULT_OPTIONS,
    source: { size: 0, sha256: '', duration_seconds: null, tracks: null, original: null },
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
