import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { fromStoredJob, type StoredJob, toStoredJob } from '../../../../services/shared/jobs/stored-job.ts';
import { done, failed, newJob } from '../../../support/job.ts';

const JOBS: Job[] = [
  newJob({ status: 'uploading' }),
  newJob(),
  newJob({ status: 'converting', progress: 0.5, eta_seconds: 9 }),
  done(),
  failed({ progress: 0.3 }),
  newJob({ status: 'cancelled', progress: 0.2 }),
  newJob({ status: 'deleted' }),
];

/** The names of the first release. Services of two releases share a store during a rolling upgrade. */
const STORED_NAMES = [
  ...[
    'attempt',
    'attempts',
    'audio',
    'created_at',
    'download_url',
    'email',
    'error',
    'eta_seconds',
    'expires_at',
  ],
  ...[
    'filename',
    'id',
    'litter',
    'mp3',
    'options',
    'outages',
    'owner',
    'progress',
    'run',
    'source',
    'status',
  ],
  ...['trace_id', 'updated_at', 'video'],
];

describe('toStoredJob and fromStoredJob', () => {
  for (const job of JOBS) {
    test(`return the same job that is ${job.status}`, () => {
      assert.deepEqual(fromStoredJob(toStoredJob(job)), job);
    });

    test(`use the field names of the first release for a job that is ${job.status}`, () => {
      assert.deepEqual(Object.keys(toStoredJob(job)).sort(), STORED_NAMES);
    });
  }

  const previous = {
    mp3: { size: 1, sha256: 'ab', duration_seconds: 1 },
    ...{ mp3BlobId: 'old', options: { quality: 2 }, warnings: [] },
  };
  for (const job of [
    newJob({ previous }),
    newJob({ status: 'converting', previous }),
    failed({ previous }),
    newJob({ status: 'cancelled', previous }),
  ]) {
    test(`keep the MP3 of the generation before for a job that is ${job.status}, under the stored names`, () => {
      const stored = JSON.parse(JSON.stringify(toStoredJob(job))) as StoredJob;
      assert.deepEqual(fromStoredJob(stored), job);
      const { mp3BlobId: audio, ...rest } = previous;
      assert.deepEqual(stored.previous, { ...rest, audio });
      assert.deepEqual(Object.keys(stored).sort(), [...STORED_NAMES, 'previous'].sort());
    });
  }

  test('store no field of an earlier status', () => {
    const job = { ...newJob({ status: 'converting' }), status: 'queued' } as Job;
    assert.deepEqual([toStoredJob(job).attempt, toStoredJob(job).eta_seconds], [null, null]);
  });

  const DAMAGED: [what: string, damaged: Partial<Record<keyof StoredJob, unknown>>][] = [
    ['an unknown status', { status: 'melted' }],
    ['no status', { status: undefined }],
    ['the status done and no MP3', { status: 'done', audio: 'a', mp3: null }],
    ['the status done and no blob', { status: 'done', mp3: {}, audio: null }],
    ['the status converting and no attempt', { status: 'converting', attempt: null }],
    ['the status failed and no error', { status: 'failed', error: null }],
  ];
  for (const [what, damaged] of DAMAGED) {
    test(`refuse a stored job with ${what} as damaged`, () => {
      const stored = { ...toStoredJob(newJob()), ...damaged } as StoredJob;
      assert.throws(() => fromStoredJob(stored), TypeError);
    });
  }
});
