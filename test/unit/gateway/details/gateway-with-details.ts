import { randomUUID } from 'node:crypto';
import type { Cover, Tags } from '../../../../services/converter/tags/tags.ts';
import { writeId3 } from '../../../../services/converter/tags/write-id3.ts';
import { type MeasuredDetails, toAttachment } from '../../../../services/shared/jobs/attached-details.ts';
import { done } from '../../../support/job.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { buildGateway, type Limits } from '../test-gateway.ts';

export const SOUND = randomBytes(5_000);

export const MEASURED: MeasuredDetails = {
  ...{ bitrate_kbps: 127.9, integrated_lufs: -16.2, true_peak_dbtp: -0.7 },
  peaks: Array.from({ length: 1000 }, (_, part) => part % 256),
  steps: [
    { step: 'fetch', seconds: 0.2 },
    { step: 'encode', seconds: 3.1 },
  ],
};

interface Mp3 {
  tags?: Tags;
  cover?: Cover | undefined;
  /** In the place of a tag of the converter. */
  id3?: Buffer;
  attachment?: Record<string, unknown> | undefined;
  limits?: Limits;
}

/** A gateway with one job that is done, and its MP3. By default, it has details and no tag. */
export async function withDetails(mp3: Mp3 = {}) {
  const { tags = { chapters: [] }, cover, limits = {} } = mp3;
  const id3 = mp3.id3 ?? writeId3(tags, cover);
  const attachment = 'attachment' in mp3 ? mp3.attachment : toAttachment(MEASURED);
  const gateway = buildGateway({ limits });
  const mp3BlobId = randomUUID();
  const expires = new Date(Date.now() + 3600_000);
  const bytes = Buffer.concat([id3, SOUND]);
  const { size, sha256 } = await gateway.blobs.write(mp3BlobId, inPieces(bytes), {
    expires,
    ...(attachment && { attach: async () => attachment }),
  });
  const job = await gateway.save(
    done({ mp3BlobId, mp3: { size, sha256, duration_seconds: 60 }, expires_at: expires.toISOString() }),
  );
  const get = (path: 'details' | 'cover', headers: Record<string, string>, method = 'GET') =>
    gateway.call(method, `/jobs/${job.id}/${path}`, { headers });
  return { ...gateway, job, sha256, get };
}

/** A tag with one frame. */
export function tagOf(id: string, body: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  const frame = Buffer.concat([Buffer.from(id), size, Buffer.alloc(2), body]);
  const { length } = frame;
  const syncsafe = [21, 14, 7, 0].map((bits) => (length >> bits) & 127);
  return Buffer.concat([Buffer.from('ID3\x03\0\0', 'latin1'), Buffer.from(syncsafe), frame]);
}
