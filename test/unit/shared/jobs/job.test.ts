import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  blobsToDelete,
  conversionOptions,
  isFinal,
  isVisible,
  type Job,
  STATUSES,
  viewOf,
} from '../../../../services/shared/jobs/job.ts';
import { done, HIDDEN, newJob } from '../../../support/job.ts';

describe('a job', () => {
  test('shows its owner what the API promises, and nothing of ours', () => {
    const view = viewOf(done({ attemptId: 'one' }));
    assert.deepEqual(Object.keys(view).sort(), [
      'attempts',
      'created_at',
      'error',
      'eta_seconds',
      'expires_at',
      'filename',
      'id',
      'mp3',
      'options',
      'progress',
      'source',
      'status',
      'updated_at',
    ]);
  });

  for (const status of STATUSES) {
    const final = ['done', 'failed', 'cancelled'].includes(status);
    test(`that is ${status} is ${final ? '' : 'not '}final`, () => {
      assert.equal(isFinal(newJob({ status })), final);
    });
  }

  for (const [what, job] of HIDDEN) {
    test(`that is ${what} exists for nobody outside`, () => assert.ok(!isVisible(job)));
  }
  test('that is queued, converting, or ended exists', () => {
    for (const status of STATUSES) assert.ok(isVisible(newJob({ status })));
  });

  const past = new Date(Date.now() - 1000).toISOString();
  const blobs = { video: 'video', audio: 'mp3', litter: ['lost', 'mp3'] };
  const UNNEEDED: [what: string, fields: Partial<Job>, unneeded: string[]][] = [
    ['queued', { status: 'queued', mp3BlobId: null, orphanedBlobs: ['lost'] }, ['lost']],
    ['done', { status: 'done' }, ['lost']],
    ['deleted', { status: 'deleted' }, ['lost', 'mp3', 'video']],
    ['done and expired', { status: 'done', expires_at: past }, ['lost', 'mp3', 'video']],
    [
      'converting and expired',
      { status: 'converting', mp3BlobId: null, orphanedBlobs: ['lost'], attemptId: 'late', expires_at: past },
      ['late', 'lost', 'video'],
    ],
  ];
  for (const [what, fields, unneeded] of UNNEEDED) {
    test(`that is ${what} needs no ${unneeded.join(', ')}`, () => {
      const found = blobsToDelete(newJob({ ...blobs, ...fields }));
      assert.deepEqual([...new Set(found)].sort(), unneeded);
    });
  }
});

describe('conversion options', () => {
  const GOOD: object[] = [{ bitrate: 32 }, { bitrate: 320 }, { quality: 0 }, { quality: 9 }];
  const BAD: object[] = [
    {},
    { bitrate: 31 },
    { bitrate: 33 },
    { bitrate: 321 },
    { bitrate: '128' },
    { quality: -1 },
    { quality: 10 },
    { quality: 1.5 },
    { bitrate: 128, quality: 2 },
    { quality: 2, af: 'movie=/etc/passwd' },
  ];
  for (const options of GOOD)
    test(`can be ${JSON.stringify(options)}`, () => {
      assert.deepEqual(conversionOptions.parse(options), options);
    });
  for (const options of BAD)
    test(`cannot be ${JSON.stringify(options)}`, () => {
      assert.ok(!conversionOptions.safeParse(options).success);
    });
});
