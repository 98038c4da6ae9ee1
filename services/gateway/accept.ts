import { randomUUID } from 'node:crypto';
import type { BlobStore } from '../shared/blobs.ts';
import type { JobIndex } from '../shared/job-index.ts';
import type { JobStore } from '../shared/job-store.ts';
import type { ConversionOptions, Job } from '../shared/jobs.ts';
import type { User } from './authenticate.ts';
import type { Links } from './links.ts';
import { inspected } from './media.ts';
import type { Upload } from './receive.ts';

const CLEANUP_MS = 5_000;

export interface AcceptPorts {
  blobs: BlobStore;
  jobs: JobStore;
  index: JobIndex;
  links: Links;
  /** Told of a job once it is saved; must not fail, a sweep makes up for it. */
  announce: (job: Job) => void;
  maxUploadBytes: number;
  retentionSeconds: number;
}

export type Accept = (
  upload: Upload,
  request: { user: User; options: ConversionOptions; traceId: string; signal?: AbortSignal },
) => Promise<Job>;

/** Stores the video, then the job: from there on it is accepted, whatever the broker does. Before, nothing remains of it. */
export function createAccept(ports: AcceptPorts): Accept {
  const { blobs, jobs, index, links, announce, maxUploadBytes, retentionSeconds } = ports;

  return async ({ filename, bytes }, { user, options, traceId, signal }) => {
    const video = await blobs.write(inspected(bytes, maxUploadBytes), {
      ttlSeconds: retentionSeconds,
      signal,
    });
    const now = new Date();
    const expires = new Date(now.getTime() + retentionSeconds * 1000);
    const id = randomUUID();
    const job: Job = {
      id,
      status: 'queued',
      progress: 0,
      eta_seconds: null,
      filename,
      options,
      source: { size: video.size, sha256: video.sha256, duration_seconds: null, tracks: null },
      mp3: null,
      error: null,
      attempts: 0,
      created_at: now.toISOString(),
      updated_at: now.toISOString(),
      expires_at: expires.toISOString(),
      owner: user.id,
      email: user.email,
      trace_id: traceId,
      video: video.id,
      audio: null,
      attempt: null,
      download_url: links.sign(id, expires),
    };
    try {
      await index.add(user.id, id, signal);
      await jobs.create(job, signal);
    } catch (error) {
      await discard(error, video.id);
    }
    announce(job);
    return job;
  };

  async function discard(error: unknown, videoId: string): Promise<never> {
    await blobs.delete(videoId, AbortSignal.timeout(CLEANUP_MS)).catch((cause: unknown) => {
      throw new AggregateError([error, cause], 'the job could not be saved, nor its video deleted');
    });
    throw error;
  }
}
