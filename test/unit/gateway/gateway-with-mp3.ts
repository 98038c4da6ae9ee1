import { randomUUID } from 'node:crypto';
import { done } from '../../support/job.ts';
import { inPieces, randomBytes } from '../../support/random.ts';
import { buildGateway, type Limits } from './test-gateway.ts';

export const MP3 = randomBytes(2_500_000);

/** A gateway with one job that is done, and its MP3. */
export async function withMp3({
  filename = 'Ferien.mp4',
  bytes = MP3.subarray(0, 1000),
  limits = {},
}: {
  filename?: string;
  bytes?: Buffer;
  limits?: Limits;
} = {}) {
  const gateway = buildGateway({ limits });
  const mp3BlobId = randomUUID();
  const expires = new Date(Date.now() + 3600_000);
  const { size, sha256 } = await gateway.blobs.write(mp3BlobId, inPieces(bytes), { expires });
  const expires_at = expires.toISOString();
  const mp3 = { size, sha256, duration_seconds: 60 };
  const job = await gateway.save(done({ mp3BlobId, mp3, filename, expires_at }));
  const link = (id = job.id, expires = new Date(Date.now() + 60_000)) => {
    const url = new URL(gateway.links.sign(id, expires));
    return url.pathname + url.search;
  };
  return { ...gateway, job, etag: `"${sha256}"`, link };
}
