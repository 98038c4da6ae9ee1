import { randomUUID } from 'node:crypto';
import { EMPTY } from '../../../../services/shared/blobs/append.ts';
import { createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';
import { newJob } from '../../../support/job.ts';
import { media, tone } from '../../../support/media.ts';

export const expires = new Date(Date.now() + 3_600_000);

/** Noise, so that a film of a few seconds is larger than what is read before it is begun. */
export const noisyFilm = (name: string, ...codecs: string[]): Promise<string> =>
  media(
    name,
    ...['-f', 'lavfi', '-i', 'nullsrc=s=320x180:r=25:d=10,noise=alls=100:allf=t'],
    ...[...tone(10), ...codecs],
  );

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** An upload of a film, as a gateway stores it. */
export function growingUpload(state: StateStore, film: Buffer, options: ConversionOptions = { quality: 4 }) {
  const blobs = createBlobStore(state);
  const request = { job_id: randomUUID(), blob_id: randomUUID(), size: film.length, options };
  let checkpoint = EMPTY;
  return {
    request,
    async append(part: Uint8Array) {
      const signal = new AbortController().signal;
      const save = async () => undefined;
      ({ checkpoint } = await blobs.append(request.blob_id, checkpoint, once(part), {
        ...{ expires, signal, save },
      }));
    },
    /** Makes it a job. */
    async accept() {
      const { size, sha256 } = await blobs.complete(request.blob_id, checkpoint, { expires });
      const job = newJob({
        ...{ id: request.job_id, videoBlobId: request.blob_id, options },
        source: { size, sha256, duration_seconds: null, tracks: null, original: null, kept: 'whole' },
      });
      await createJobStore(state).create(job);
      return job;
    },
  };
}
