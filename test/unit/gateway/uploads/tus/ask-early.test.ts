import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createAskEarly } from '../../../../../services/gateway/uploads/tus/ask-early.ts';
import type { UploadRecord } from '../../../../../services/gateway/uploads/tus/upload-record.ts';
import { type EarlyRequest, earlyRequest } from '../../../../../services/shared/jobs/early-request.ts';
import { unavailable } from '../../../../../services/shared/runtime/errors.ts';

const MIB = 1024 * 1024;

function upload(offset: number, fields: Partial<UploadRecord> = {}): UploadRecord {
  const now = new Date().toISOString();
  return {
    ...{ id: randomUUID(), status: 'open', owner: 'ann', email: '', trace_id: 'ab'.repeat(16) },
    ...{
      size: 50 * MIB,
      metadata: '',
      filename: 'a.mkv',
      options: { quality: 2 },
      original: null,
      key: null,
    },
    ...{ is_media: true, writer: null, trusted_writer: null, blob: randomUUID(), job: randomUUID() },
    ...{ accepted: null, created_at: now, expires_at: now, blob_expires_at: now },
    checkpoint: { offset, hash: '', tail: null },
    ...fields,
  };
}

function asked(...calls: [record: UploadRecord, storedBefore: number][]): EarlyRequest[] {
  const bodies: EarlyRequest[] = [];
  const ask = createAskEarly(
    async (app, { method, path, body }) => {
      assert.deepEqual([app, method, path], ['converter', 'POST', '/early']);
      bodies.push(earlyRequest.parse(JSON.parse(String(body))));
      throw unavailable('the converter');
    },
    new AbortController().signal,
    pino({ level: 'silent' }),
  );
  for (const call of calls) ask(...call);
  return bodies;
}

describe('the gateway', () => {
  it('asks a converter once to begin with an upload, when its first 4 MiB are stored', () => {
    const record = upload(4 * MIB);
    const later = { ...record, checkpoint: { ...record.checkpoint, offset: 6 * MIB } };
    const bodies = asked([record, 3 * MIB], [later, 4 * MIB]);
    const { job, blob, options } = record;
    assert.deepEqual(bodies, [{ job_id: job, blob_id: blob, size: 50 * MIB, options }]);
  });

  for (const [what, record] of [
    ['of which less is stored', upload(3 * MIB)],
    ['whose size is not known', upload(5 * MIB, { size: null })],
    ['that is small', upload(5 * MIB, { size: 6 * MIB })],
    ['that is whole', upload(50 * MIB)],
    ['whose loudness is to be changed', upload(5 * MIB, { options: { normalize: -16 } })],
    ['whose sound may be passed on', upload(5 * MIB, { options: { copy: true } })],
  ] as const) {
    it(`asks no converter for an upload ${what}`, () => {
      assert.deepEqual(asked([record, 0]), []);
    });
  }
});
