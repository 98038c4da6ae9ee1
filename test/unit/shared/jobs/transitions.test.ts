import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blobsToDelete, isVisible, type Job } from '../../../../services/shared/jobs/job.ts';
import {
  cancel,
  claim,
  complete,
  endAttempt,
  LostAttempt,
  retry,
  tombstone,
  updateAttempt,
  updateUpload,
} from '../../../../services/shared/jobs/transitions.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, newJob } from '../../../support/job.ts';

/** A job of each status, as the services leave it. */
const JOBS: Record<Job['status'], () => Job> = {
  uploading: () => newJob({ status: 'uploading' }),
  queued: () => newJob(),
  converting: () =>
    newJob({ status: 'converting', attemptId: 'mine', attempts: 1, progress: 0.5, eta_seconds: 9 }),
  done: () => done({ mp3BlobId: 'mine' }),
  failed: () => failed({ attempts: 1, orphanedBlobs: ['mine'] }),
  cancelled: () => newJob({ status: 'cancelled', attempts: 1, orphanedBlobs: ['mine'] }),
  deleted: () => newJob({ status: 'deleted' }),
};
const STATUSES = Object.keys(JOBS) as Job['status'][];

const CHANGES: Record<string, () => (job: Job) => Job | undefined> = {
  'uploading, to queued': () => updateUpload({ status: 'queued' }),
  'claimed by a new attempt': () => claim('new'),
  'claimed once more by the attempt that has it': () => claim('mine'),
  'held by its attempt': () => updateAttempt('mine', { progress: 0.6 }),
  'held by another attempt': () => updateAttempt('other', { progress: 0.6 }),
  'finished by its attempt': () => complete('mine', { mp3BlobId: 'mine' }),
  'finished by another attempt': () => complete('other', { mp3BlobId: 'other' }),
  'ended by its attempt, to queued': () => endAttempt('mine', { status: 'queued' }),
  'ended by its attempt, to failed': () => endAttempt('mine', { status: 'failed' }),
  'ended by another attempt': () => endAttempt('other', { status: 'failed' }),
  cancelled: cancel,
  retried: retry,
  deleted: tombstone,
};

type Cell = Job['status'] | 'same' | 'lost' | 'state_conflict' | 'not_found';
const [lost, same, conflict, missing] = ['lost', 'same', 'state_conflict', 'not_found'] as const;

/** The status that comes of each change, `same` where nothing is written, or what is thrown; in the order of {@link STATUSES}. */
// biome-ignore format: a table
const TABLE: Record<keyof typeof CHANGES, Cell[]> = {
  //                                  uploading    queued        converting    done       failed     cancelled  deleted
  'uploading, to queued':             ['queued',   lost,         lost,         lost,      lost,      lost,      lost],
  'claimed by a new attempt':         [missing,    'converting', 'converting', conflict,  conflict,  conflict,  missing],
  'claimed once more by the attempt that has it':
                                      [missing,    'converting', same,         conflict,  conflict,  conflict,  missing],
  'held by its attempt':              [lost,       lost,         'converting', lost,      lost,      lost,      lost],
  'held by another attempt':          [lost,       lost,         lost,         lost,      lost,      lost,      lost],
  'finished by its attempt':          [lost,       lost,         'done',       lost,      lost,      lost,      lost],
  'finished by another attempt':      [lost,       lost,         lost,         lost,      lost,      lost,      lost],
  'ended by its attempt, to queued':  [lost,       lost,         'queued',     lost,      lost,      lost,      lost],
  'ended by its attempt, to failed':  [lost,       lost,         'failed',     lost,      lost,      lost,      lost],
  'ended by another attempt':         [lost,       lost,         lost,         lost,      lost,      lost,      lost],
  'cancelled':                        [conflict,   'cancelled',  'cancelled',  conflict,  conflict,  same,      conflict],
  'retried':                          [conflict,   same,         same,         conflict,  'queued',  'queued',  conflict],
  'deleted':                          ['deleted',  'deleted',    'deleted',    'deleted', 'deleted', 'deleted', 'deleted'],
};

function outcomeOf(change: (job: Job) => Job | undefined, job: Job): Cell {
  try {
    return change(job)?.status ?? 'same';
  } catch (error) {
    if (error instanceof LostAttempt) return 'lost';
    if (isAppError(error, 'state_conflict') || isAppError(error, 'not_found')) return error.code as Cell;
    throw error;
  }
}

describe('a change of a job', () => {
  for (const [name, expected] of Object.entries(TABLE)) {
    for (const [column, status] of STATUSES.entries()) {
      test(`${status} → ${name}: ${expected[column]}`, () => {
        const job = JOBS[status]();
        const before = structuredClone(job);
        const change = CHANGES[name] ?? assert.fail();
        assert.equal(outcomeOf(change(), job), expected[column]);
        assert.deepEqual(job, before, 'the job as it is stored was changed in memory');
      });
    }
  }
});

/** Of a change that is known to write something. */
const after = (change: (job: Job) => Job | undefined, job: Job): Job => change(job) ?? assert.fail();

describe('an attempt', () => {
  test('is counted when it claims the job, and begins from nothing', () => {
    const {
      attemptId: attempt,
      attempts,
      progress,
      eta_seconds,
    } = after(claim('one'), newJob({ progress: 0.7, eta_seconds: 9 }));
    assert.deepEqual([attempt, attempts, progress, eta_seconds], ['one', 1, 0, null]);
  });

  test('that takes the job over leaves the other as litter, once', () => {
    const second = after(claim('two'), JOBS.converting());
    assert.deepEqual([second.attemptId, second.attempts, second.orphanedBlobs], ['two', 2, ['mine']]);
    const third = after(claim('three'), { ...second, orphanedBlobs: ['mine', 'two'] });
    assert.deepEqual(third.orphanedBlobs, ['mine', 'two']);
  });

  const WITHOUT_MP3: [what: string, change: (job: Job) => Job | undefined][] = [
    ['fails', endAttempt('mine', { status: 'failed' })],
    ['hands the job back', endAttempt('mine', { status: 'queued' })],
    ['is cancelled', cancel],
    ['loses its job to a deletion', tombstone],
  ];
  for (const [what, change] of WITHOUT_MP3) {
    test(`that ${what} holds nothing any more, and is litter`, () => {
      const job = after(change, JOBS.converting());
      assert.deepEqual([job.attemptId, job.eta_seconds], [null, null]);
      assert.ok(blobsToDelete(job).includes('mine'));
    });
  }

  test('that hands the job back takes its progress with it, whatever it had to tell', () => {
    const job = after(
      endAttempt('mine', { status: 'queued', progress: 0.9, eta_seconds: 3 }),
      JOBS.converting(),
    );
    assert.deepEqual([job.progress, job.eta_seconds], [0, null]);
  });

  test('that finishes leaves its MP3, and the litter of those before it', () => {
    const job = after(
      complete('mine', { mp3BlobId: 'mine' }),
      newJob({ ...JOBS.converting(), orphanedBlobs: ['before'], error: { code: 'gave_up', detail: '' } }),
    );
    assert.deepEqual([job.attemptId, job.progress, job.eta_seconds, job.error], [null, 1, null, null]);
    assert.deepEqual(blobsToDelete(job), ['before']);
  });
});

test('a retry is a new run, with all its attempts, and without the old reason', () => {
  const job = after(
    retry,
    failed({ attempts: 5, infrastructureFailures: 60, progress: 0.4, generation: 2, orphanedBlobs: ['a'] }),
  );
  assert.deepEqual(
    [job.attempts, job.infrastructureFailures, job.progress, job.generation, job.error],
    [0, 0, 0, 3, null],
  );
  assert.deepEqual(job.orphanedBlobs, ['a'], 'what is left of the run before is forgotten');
});

describe('a tombstone', () => {
  test('keeps nothing of its owner’s, and names all that is to be deleted', () => {
    const job = done({ mp3BlobId: 'the-mp3', orphanedBlobs: ['lost'], filename: 'private.mp4' });
    const tombstone = after(tombstone, job);
    assert.ok(!isVisible(tombstone));
    assert.deepEqual(blobsToDelete(tombstone), [job.videoBlobId, 'lost', 'the-mp3']);
    assert.doesNotMatch(JSON.stringify(tombstone), /private|@|signature|cdcd|abab/);
  });

  test('stays the same when it is set twice', () => {
    const once = after(tombstone, done({ mp3BlobId: 'the-mp3' }));
    const twice = after(tombstone, once);
    assert.deepEqual({ ...twice, updated_at: '' }, { ...once, updated_at: '' });
  });
});
