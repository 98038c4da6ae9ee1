import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blobsToDelete, isVisible, type Job, type Mp3 } from '../../../../services/shared/jobs/job.ts';
import {
  acceptUpload,
  cancel,
  claim,
  complete,
  expire,
  fail,
  LostAttempt,
  renewUpload,
  requeue,
  retry,
  type Transition,
  tombstone,
  updateAttempt,
} from '../../../../services/shared/jobs/transitions.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, flat, newJob } from '../../../support/job.ts';

/** A job of each status, as the services leave it. */
const JOBS: Record<Job['status'], () => Job> = {
  uploading: () => newJob({ status: 'uploading' }),
  queued: () => newJob(),
  converting: () => newJob({ status: 'converting', attemptId: 'mine', progress: 0.5, eta_seconds: 9 }),
  done: () => done({ mp3BlobId: 'mine' }),
  failed: () => failed({ attempts: 1, orphanedBlobs: ['mine'] }),
  cancelled: () => newJob({ status: 'cancelled', attempts: 1, orphanedBlobs: ['mine'] }),
  deleted: () => newJob({ status: 'deleted' }),
};
const STATUSES = Object.keys(JOBS) as Job['status'][];

const MP3: Mp3 = { size: 9, sha256: 'ab', duration_seconds: 1 };
const ERROR = { code: 'no_audio', detail: 'there is no sound in it' };
const SOURCE = { size: 5, sha256: 'cd', duration_seconds: null, tracks: null };

const TRANSITIONS: Record<string, Transition> = {
  renewUpload,
  acceptUpload: acceptUpload({ source: SOURCE, options: { bitrate: 192 } }),
  'claim by a new attempt': claim('new'),
  'claim by the attempt that has the lease': claim('mine'),
  'updateAttempt by the attempt that has the lease': updateAttempt('mine', { progress: 0.6 }),
  'updateAttempt by another attempt': updateAttempt('other', { progress: 0.6 }),
  'complete by the attempt that has the lease': complete('mine', { mp3: MP3, warnings: [] }, {}),
  'complete by another attempt': complete('other', { mp3: MP3, warnings: [] }, {}),
  'requeue by the attempt that has the lease': requeue('mine', {}),
  'requeue by another attempt': requeue('other', {}),
  'fail by the attempt that has the lease': fail('mine', ERROR, {}),
  'fail by another attempt': fail('other', ERROR, {}),
  cancel,
  expire,
  retry,
  tombstone,
};

type Cell = Job['status'] | 'same' | 'lost' | 'state_conflict' | 'not_found';
const [lost, same, conflict, missing] = ['lost', 'same', 'state_conflict', 'not_found'] as const;

/** The resulting status of each transition, `same` where nothing is written, or the error. The columns are {@link STATUSES}. */
// biome-ignore format: a table
const TABLE: Record<keyof typeof TRANSITIONS, Cell[]> = {
  //                            uploading    queued        converting    done       failed     cancelled    deleted
  renewUpload:                 ['uploading', lost,         lost,         lost,      lost,      lost,        lost],
  acceptUpload:                ['queued',    lost,         lost,         lost,      lost,      lost,        lost],
  'claim by a new attempt':    [missing,     'converting', 'converting', conflict,  conflict,  conflict,    missing],
  'claim by the attempt that has the lease':
                               [missing,     'converting', same,         conflict,  conflict,  conflict,    missing],
  'updateAttempt by the attempt that has the lease':
                               [lost,        lost,         'converting', lost,      lost,      lost,        lost],
  'updateAttempt by another attempt':
                               [lost,        lost,         lost,         lost,      lost,      lost,        lost],
  'complete by the attempt that has the lease':
                               [lost,        lost,         'done',       lost,      lost,      lost,        lost],
  'complete by another attempt':
                               [lost,        lost,         lost,         lost,      lost,      lost,        lost],
  'requeue by the attempt that has the lease':
                               [lost,        lost,         'queued',     lost,      lost,      lost,        lost],
  'requeue by another attempt':
                               [lost,        lost,         lost,         lost,      lost,      lost,        lost],
  'fail by the attempt that has the lease':
                               [lost,        lost,         'failed',     lost,      lost,      lost,        lost],
  'fail by another attempt':   [lost,        lost,         lost,         lost,      lost,      lost,        lost],
  cancel:                      [conflict,    'cancelled',  'cancelled',  conflict,  conflict,  same,        conflict],
  expire:                      [same,        'failed',     'failed',     same,      same,      same,        same],
  retry:                       [conflict,    same,         same,         conflict,  'queued',  'queued',    conflict],
  tombstone:                   ['deleted',   'deleted',    'deleted',    'deleted', 'deleted', 'deleted',   'deleted'],
};

function resultOf(transition: Transition, job: Job): Cell {
  try {
    return transition(job)?.status ?? 'same';
  } catch (error) {
    if (error instanceof LostAttempt) return 'lost';
    if (isAppError(error, 'state_conflict') || isAppError(error, 'not_found')) return error.code as Cell;
    throw error;
  }
}

const sentence = (result: Cell, status: Job['status']): string => {
  if (result === 'lost') return `tells the caller that it has lost a job that is ${status}`;
  if (result === 'same') return `leaves a job that is ${status} as it is`;
  if (result === 'state_conflict' || result === 'not_found')
    return `refuses a job that is ${status} with ${result}`;
  return `turns a job that is ${status} into one that is ${result}`;
};

for (const [name, results] of Object.entries(TABLE)) {
  describe(name, () => {
    for (const [column, status] of STATUSES.entries()) {
      const result = results[column] ?? assert.fail();
      test(sentence(result, status), () => {
        const job = JOBS[status]();
        const before = structuredClone(job);
        assert.equal(resultOf(TRANSITIONS[name] ?? assert.fail(), job), result);
        assert.deepEqual(job, before, 'the job that was given is changed in memory');
      });
    }
  });
}

/** The changed job, for a transition that is known to change it. */
const apply = (transition: Transition, job: Job) =>
  flat(transition(job) ?? assert.fail('nothing was changed'));

describe('claim', () => {
  test('counts the attempt and starts its progress at 0', () => {
    const { attemptId, attempts, progress, eta_seconds } = apply(claim('one'), newJob());
    assert.deepEqual([attemptId, attempts, progress, eta_seconds], ['one', 1, 0, null]);
  });

  test('records the blob of the attempt before as orphaned, once', () => {
    const second = apply(claim('two'), JOBS.converting());
    assert.deepEqual([second.attemptId, second.attempts, second.orphanedBlobs], ['two', 2, ['mine']]);
    const third = apply(claim('three'), { ...second, orphanedBlobs: ['mine', 'two'] });
    assert.deepEqual(third.orphanedBlobs, ['mine', 'two']);
  });
});

describe('an attempt that ends without an MP3', () => {
  const WITHOUT_MP3 = {
    fail: fail('mine', ERROR, {}),
    requeue: requeue('mine', {}),
    cancel,
    expire,
    tombstone,
  };
  for (const [name, transition] of Object.entries(WITHOUT_MP3)) {
    test(`loses the lease by ${name}, and blobsToDelete returns its blob`, () => {
      const job = apply(transition, JOBS.converting());
      assert.deepEqual([job.attemptId, job.eta_seconds], [null, null]);
      assert.ok(blobsToDelete(job).includes('mine'));
    });
  }
});

describe('requeue', () => {
  test('sets the progress back to 0, also where the attempt has more to save', () => {
    const job = apply(requeue('mine', { progress: 0.9, eta_seconds: 3 }), JOBS.converting());
    assert.deepEqual([job.progress, job.eta_seconds], [0, null]);
  });

  test('saves the counts of the attempt', () => {
    const job = apply(requeue('mine', { attempts: 0, infrastructureFailures: 7 }), JOBS.converting());
    assert.deepEqual([job.attempts, job.infrastructureFailures], [0, 7]);
  });
});

describe('complete', () => {
  test('keeps the MP3, and still names the orphaned blobs of earlier attempts', () => {
    const before = newJob({ ...JOBS.converting(), status: 'converting', orphanedBlobs: ['before'] });
    const job = apply(complete('mine', { mp3: MP3, warnings: [] }, { source: SOURCE }), before);
    assert.deepEqual([job.mp3, job.mp3BlobId, job.attemptId, job.progress], [MP3, 'mine', null, 1]);
    assert.deepEqual(job.source, SOURCE);
    assert.deepEqual(blobsToDelete(job), ['before']);
  });
});

describe('retry', () => {
  test('starts the next generation with all its attempts and without the old error', () => {
    const counts = { attempts: 5, infrastructureFailures: 60, generation: 2 };
    const job = apply(retry, failed({ ...counts, progress: 0.4, orphanedBlobs: ['a'] }));
    assert.deepEqual(
      [job.attempts, job.infrastructureFailures, job.progress, job.generation, job.error],
      [0, 0, 0, 3, null],
    );
    assert.deepEqual(job.orphanedBlobs, ['a'], 'the blobs of the generation before are forgotten');
  });
});

describe('tombstone', () => {
  test('keeps no data of the user, and names every blob to delete', () => {
    const job = done({ mp3BlobId: 'the-mp3', orphanedBlobs: ['lost'], filename: 'private.mp4' });
    const deleted = apply(tombstone, job);
    assert.ok(!isVisible(deleted));
    assert.deepEqual(blobsToDelete(deleted), [job.videoBlobId, 'lost', 'the-mp3']);
    assert.doesNotMatch(JSON.stringify(tombstone(job)), /private|@|signature|cdcd|abab/);
  });

  test('stays the same when it is set twice', () => {
    const once = apply(tombstone, done({ mp3BlobId: 'the-mp3' }));
    const twice = apply(tombstone, once);
    assert.deepEqual({ ...twice, updated_at: '' }, { ...once, updated_at: '' });
  });
});
