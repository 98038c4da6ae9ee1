import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { retry, retryWith } from '../../../../services/shared/jobs/generations.ts';
import {
  availableMp3,
  blobsToDelete,
  isVisible,
  type Job,
  viewOf,
} from '../../../../services/shared/jobs/job.ts';
import type { Mp3 } from '../../../../services/shared/jobs/job-view.ts';
import { LostAttempt } from '../../../../services/shared/jobs/transition-guards.ts';
import {
  acceptUpload,
  cancel,
  claim,
  complete,
  expire,
  fail,
  rename,
  renewUpload,
  requeue,
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
const SOURCE = {
  size: 5,
  sha256: 'cd',
  duration_seconds: null,
  tracks: null,
  original: null,
  kept: 'whole' as const,
};

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
  'retryWith other options': retryWith({ bitrate: 192 }),
  'retryWith the same options': retryWith({ quality: 2 }),
  'rename to another name': rename('Holidays.mp4'),
  'rename to the same name': rename('Ferien.mp4'),
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
  'retryWith other options':   [conflict,    conflict,     conflict,     'queued',  'queued',  'queued',    conflict],
  'retryWith the same options':
                               [conflict,    same,         same,         conflict,  'queued',  'queued',    conflict],
  'rename to another name':    [missing,     'queued',     'converting', 'done',    'failed',  'cancelled', missing],
  'rename to the same name':   [missing,     same,         same,         same,      same,      same,        missing],
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

describe('acceptUpload', () => {
  test('saves the options, which are known only at the end of the upload', () => {
    const job = apply(acceptUpload({ source: SOURCE, options: { bitrate: 192 } }), JOBS.uploading());
    assert.deepEqual([job.source, job.options], [SOURCE, { bitrate: 192 }]);
  });
});

describe('retryWith', () => {
  const warnings = [{ code: 'downmixed', detail: 'Six channels were mixed.' }];
  const OLD = { mp3: MP3, mp3BlobId: 'old', options: { quality: 2 }, warnings };
  const again = () => apply(retryWith({ bitrate: 192 }), done({ ...OLD, orphanedBlobs: ['lost'] }));
  /** A job that was done and is being converted again. */
  const converting = () => apply(claim('mine'), again());

  test('keeps the MP3 of a job that was done, with the options and warnings that belong to it', () => {
    const job = again();
    assert.deepEqual([job.options, job.generation, job.attempts], [{ bitrate: 192 }, 2, 0]);
    assert.deepEqual([job.previous, job.mp3BlobId, job.orphanedBlobs], [OLD, null, ['lost']]);
    assert.deepEqual(blobsToDelete(job), ['lost']);
    assert.equal(availableMp3(job)?.mp3BlobId, 'old');
    const { mp3, warnings: shown, options } = viewOf(job);
    assert.deepEqual([mp3, shown, options], [MP3, warnings, { bitrate: 192 }]);
  });

  const KEEPING: [name: string, transition: Transition][] = [
    ['claim by another attempt', claim('other')],
    ['updateAttempt', updateAttempt('mine', { progress: 0.5 })],
    ['requeue', requeue('mine', {})],
    ['fail', fail('mine', ERROR, {})],
    ['cancel', cancel],
    ['expire', expire],
  ];
  for (const [name, transition] of KEEPING) {
    test(`keeps the MP3 through ${name}, and a clean-up deletes only the blobs of attempts`, () => {
      const job = apply(transition, converting());
      assert.deepEqual([job.previous, availableMp3(job)?.mp3BlobId], [OLD, 'old']);
      assert.ok(!blobsToDelete(job).includes('old'));
    });
  }

  for (const end of [fail('mine', ERROR, {}), cancel]) {
    test('keeps the MP3 of the last generation that was done, however often the job is tried again', () => {
      const ended = apply(end, converting());
      const third = apply(retryWith({ bitrate: 320 }), ended);
      assert.deepEqual([third.previous, third.options, third.generation], [OLD, { bitrate: 320 }, 3]);
      assert.deepEqual(apply(retry, ended).options, { bitrate: 192 });
      assert.deepEqual(apply(retry, ended).previous, OLD);
    });
  }

  test('replaces the MP3 when the next one is there, and then the old blob is deleted', () => {
    const job = apply(complete('mine', { mp3: { ...MP3, size: 99 }, warnings: [] }, {}), converting());
    assert.deepEqual([job.mp3?.size, job.mp3BlobId, job.previous], [99, 'mine', undefined]);
    assert.deepEqual(viewOf(job).warnings, []);
    assert.deepEqual(blobsToDelete(job), ['lost', 'old']);
  });

  test('leaves both blobs to a tombstone, and no data of the user', () => {
    const job = apply(tombstone, converting());
    assert.deepEqual(blobsToDelete(job).sort(), [job.videoBlobId, 'lost', 'mine', 'old'].sort());
    assert.equal(job.previous, undefined);
  });

  test('leaves both blobs to the sweep when the job expires', () => {
    const expired = { ...converting(), expires_at: new Date(Date.now() - 1).toISOString() } as Job;
    assert.deepEqual(blobsToDelete(expired).sort(), [expired.videoBlobId, 'lost', 'mine', 'old'].sort());
  });

  test('takes options in another order for the same', () => {
    const job = newJob({ options: { bitrate: 192, channels: 1 } });
    assert.equal(retryWith({ channels: 1, bitrate: 192 })(job), undefined);
  });

  test('refuses the 101st generation', () => {
    assert.throws(() => retryWith({ bitrate: 192 })(done({ generation: 100 })), { code: 'state_conflict' });
  });
});

describe('rename', () => {
  for (const status of ['queued', 'converting', 'done', 'failed', 'cancelled'] as const) {
    test(`changes the name of a job that is ${status} and notes when, and does not change updated_at`, () => {
      const job = JOBS[status]();
      const renamed = rename('Holidays.mp4')(job);
      assert.deepEqual(
        { ...renamed, renamed_at: undefined },
        { ...job, filename: 'Holidays.mp4', renamed_at: undefined },
      );
      assert.ok(Math.abs(Date.parse(renamed?.renamed_at ?? '') - Date.now()) < 10_000);
    });
  }

  test('keeps the MP3 of a job that is converted again', () => {
    const job = apply(retryWith({ bitrate: 192 }), done({ mp3BlobId: 'old' }));
    assert.equal(availableMp3(apply(rename('Holidays.mp4'), job))?.mp3BlobId, 'old');
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
