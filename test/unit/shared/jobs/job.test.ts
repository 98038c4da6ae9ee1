import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { blobsToDelete, isFinal, isVisible, type Job, viewOf } from '../../../../services/shared/jobs/job.ts';
import { STATUSES } from '../../../../services/shared/jobs/job-view.ts';
import { done, HIDDEN, newJob } from '../../../support/job.ts';

describe('viewOf, isFinal, isVisible and blobsToDelete', () => {
  test('viewOf returns the fields of the API and no internal ones', () => {
    const view = viewOf(done());
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
      'queue',
      'source',
      'status',
      'updated_at',
      'warnings',
    ]);
  });

  test('viewOf leaves out an option of a later release', () => {
    const options = { quality: 2, title: 'Alien', fade: 5 };
    assert.deepEqual(viewOf(done({ options })).options, { quality: 2, title: 'Alien' });
  });

  for (const status of STATUSES) {
    const final = ['done', 'failed', 'cancelled'].includes(status);
    test(`isFinal returns ${final} for a job that is ${status}`, () => {
      assert.equal(isFinal(newJob({ status })), final);
    });
  }

  for (const [what, job] of HIDDEN) {
    test(`isVisible returns false for a job that is ${what}`, () => assert.ok(!isVisible(job)));
  }
  test('isVisible returns true for a job of every status that the API has', () => {
    for (const status of STATUSES) assert.ok(isVisible(newJob({ status })));
  });

  const past = new Date(Date.now() - 1000).toISOString();
  const blobs = { videoBlobId: 'video', orphanedBlobs: ['lost'] };
  const finished = { ...blobs, mp3BlobId: 'mp3', orphanedBlobs: ['lost', 'mp3'] };
  const TO_DELETE: [what: string, job: Job, ids: string[]][] = [
    ['queued', newJob(blobs), ['lost']],
    ['done', done(finished), ['lost']],
    ['deleted', newJob({ ...blobs, status: 'deleted' }), ['lost', 'video']],
    ['done and expired', done({ ...finished, expires_at: past }), ['lost', 'mp3', 'video']],
    [
      'converting and expired',
      newJob({ ...blobs, status: 'converting', attemptId: 'late', expires_at: past }),
      ['late', 'lost', 'video'],
    ],
  ];
  for (const [what, job, ids] of TO_DELETE) {
    test(`blobsToDelete returns ${ids.join(', ')} for a job that is ${what}`, () => {
      assert.deepEqual([...new Set(blobsToDelete(job))].sort(), ids);
    });
  }
});

describe('conversionOptions', () => {
  const GOOD: object[] = [{ bitrate: 32 }, { bitrate: 320 }, { quality: 0 }, { quality: 9 }];
  const BAD: object[] = [
    { start: 2, end: 1 },
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
    test(`accepts ${JSON.stringify(options)}`, () => {
      assert.deepEqual(conversionOptions.parse(options), options);
    });
  for (const options of BAD)
    test(`refuses ${JSON.stringify(options)}`, () => {
      assert.ok(!conversionOptions.safeParse(options).success);
    });
});
