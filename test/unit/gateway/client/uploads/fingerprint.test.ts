import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type FingerprintedUpload,
  fingerprintOf,
} from '../../../../../services/gateway/client/uploads/fingerprint.ts';
import { randomBytes } from '../../../../support/random.ts';

const BYTES = randomBytes(1_000_000);
const fileOf = (bytes: Buffer) => ({
  size: bytes.length,
  read: async (start: number, end: number) => new Uint8Array(bytes.subarray(start, end)),
});
const UPLOAD: FingerprintedUpload = {
  url: 'http://localhost:8080',
  account: 'ann@example.com',
  identity: '/films/a.mp4',
  parameters: { filename: 'a.mp4', bitrate: '192' },
  file: fileOf(BYTES),
};

/** The file with another byte at the position. */
function changedAt(position: number) {
  const bytes = Buffer.from(BYTES);
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  return fileOf(bytes);
}

describe('fingerprintOf', () => {
  it('is the same for the same upload, whatever the order of its parameters', async () => {
    const parameters = { bitrate: '192', filename: 'a.mp4' };
    const fingerprint = await fingerprintOf(UPLOAD);
    assert.match(fingerprint, /^[\da-f]{64}$/);
    assert.equal(await fingerprintOf({ ...UPLOAD, parameters }), fingerprint);
  });

  const OTHERS: [what: string, change: Partial<FingerprintedUpload>][] = [
    ['another gateway', { url: 'http://localhost:8081' }],
    ['another account', { account: 'bob@example.com' }],
    ['an unknown account', { account: undefined }],
    ['another state of the film', { identity: '/films/a.mp4 later' }],
    ['another option', { parameters: { filename: 'a.mp4', bitrate: '320' } }],
    ['one more option', { parameters: { filename: 'a.mp4', bitrate: '192', copy: 'true' } }],
    ['another name', { parameters: { filename: 'b.mp4', bitrate: '192' } }],
    ['another size', { file: fileOf(BYTES.subarray(1)) }],
    ['another first byte', { file: changedAt(0) }],
    ['another byte in the middle', { file: changedAt(500_000) }],
    ['another last byte', { file: changedAt(999_999) }],
  ];
  for (const [what, change] of OTHERS) {
    it(`differs for an upload with ${what}`, async () => {
      assert.notEqual(await fingerprintOf({ ...UPLOAD, ...change }), await fingerprintOf(UPLOAD));
    });
  }

  for (const size of [0, 1, 1000, 65_536, 65_537, 200_000]) {
    it(`reads within a file of ${size} bytes`, async () => {
      const file = {
        size,
        async read(start: number, end: number) {
          assert.ok(start >= 0 && end >= start && end <= size, `${start} to ${end}`);
          return new Uint8Array(end - start);
        },
      };
      await fingerprintOf({ ...UPLOAD, file });
    });
  }
});
