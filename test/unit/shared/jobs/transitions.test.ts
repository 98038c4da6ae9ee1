import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isVisible, type Job, unneededBlobs } from '../../../../services/shared/jobs/job.ts';
import {
  cancelled,
  claimed,
  deleted,
  ended,
  finished,
  held,
  LostAttempt,
  retried,
  uploading,
} from '../../../../services/shared/jobs/transitions.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, newJob } from '../../../support/job.ts';

/** A job of each status, as the services leave it. */
const JOBS: Record<Job['status'], () => Job> = {
  uploading: () => newJob({ status: 'uploading' }),
  queued: () => newJob(),
  converting: () =>
    newJob({ status: 'converting', attempt: 'mine', attempts: 1, progress: 0.5, eta_seconds: 9 }),
  done: () => done({ audio: 'mine' }),
  failed: () => failed({ attempts: 1, litter: ['mine'] }),
  cancelled: () => newJob({ status: 'cancelled', attempts: 1, litter: ['mine'] }),
  deleted: () => newJob({ status: 'deleted' }),
};
const STATUSES = Object.keys(JOBS) as Job['status'][];

const CHANGES: Record<string, () => (job: Job) => Job | undefined> = {
  'uploading, to queued': () => uploading({ status: 'queued' }),
  'claimed by a new attempt': () => claimed('new'),
  'claimed once more by the attempt that has it': () => claimed('mine'),
  'held by its attempt': () => held('mine', { progress: 0.6 }),
  'held by another attempt': () => held('other', { progress: 0.6 }),
  'finished by its attempt': () => finished('mine', { audio: 'mine' }),
  'finished by another attempt': () => finished('other', { audio: 'other' }),
  'ended by its attempt, to queued': () => ended('mine', { status: 'queued' }),
  'ended by its attempt, to failed': () => ended('mine', { status: 'failed' }),
  'ended by another attempt': () => ended('other', { status: 'failed' }),
  cancelled,
  retried,
  deleted,
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
    const { attempt, attempts, progress, eta_seconds } = after(
      claimed('one'),
      newJob({ progress: 0.7, eta_seconds: 9 }),
    );
    assert.deepEqual([attempt, attempts, progress, eta_seconds], ['one', 1, 0, null]);
  });

  test('that takes the job over leaves the other as litter, once', () => {
    const second = after(claimed('two'), JOBS.converting());
    assert.deepEqual([second.attempt, second.attempts, second.litter], ['two', 2, ['mine']]);
    const third = after(claimed('three'), { ...second, litter: ['mine', 'two'] });
    assert.deepEqual(third.litter, ['mine', 'two']);
  });

  const WITHOUT_MP3: [what: string, change: (job: Job) => Job | undefined][] = [
    ['fails', ended('mine', { status: 'failed' })],
    ['hands the job back', ended('mine', { status: 'queued' })],
    ['is cancelled', cancelled()],
    ['loses its job to a deletion', deleted()],
  ];
  for (const [what, change] of WITHOUT_MP3) {
    test(`that ${what} holds nothing any more, and is litter`, () => {
      const job = after(change, JOBS.converting());
      assert.deepEqual([job.attempt, job.eta_seconds], [null, null]);
      assert.ok(unneededBlobs(job).includes('mine'));
    });
  }

  test('that hands the job back takes its progress with it, whatever it had to tell', () => {
    const job = after(ended('mine', { status: 'queued', progress: 0.9, eta_seconds: 3 }), JOBS.converting());
    assert.deepEqual([job.progress, job.eta_seconds], [0, null]);
  });

  test('that finishes leaves its MP3, and the litter of those before it', () => {
    const job = after(
      finished('mine', { audio: 'mine' }),
      newJob({ ...JOBS.converting(), litter: ['before'], error: { code: 'gave_up', detail: '' } }),
    );
    assert.deepEqual([job.attempt, job.progress, job.eta_seconds, job.error], [null, 1, null, null]);
    assert.deepEqual(unneededBlobs(job), ['before']);
  });
});

test('a retry is a new run, with all its attempts, and without the old reason', () => {
  const job = after(retried(), failed({ attempts: 5, outages: 60, progress: 0.4, run: 2, litter: ['a'] }));
  assert.deepEqual([job.attempts, job.outages, job.progress, job.run, job.error], [0, 0, 0, 3, null]);
  assert.deepEqual(job.litter, ['a'], 'what is left of the run before is forgotten');
});

describe('a tombstone', () => {
  test('keeps nothing of its owner’s, and names all that is to be deleted', () => {
    const job = done({ audio: 'the-mp3', litter: ['lost'], filename: 'private.mp4' });
    const tombstone = after(deleted(), job);
    assert.ok(!isVisible(tombstone));
    assert.deepEqual(unneededBlobs(tombstone), [job.video, 'lost', 'the-mp3']);
    assert.doesNotMatch(JSON.stringify(tombstone), /private|@|signature|cdcd|abab/);
  });

  test('stays the same when it is set twice', () => {
    const once = after(deleted(), done({ audio: 'the-mp3' }));
    const twice = after(deleted(), once);
    assert.deepEqual({ ...twice, updated_at: '' }, { ...once, updated_at: '' });
  });
});
