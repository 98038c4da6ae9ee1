import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  claimed,
  conversionOptions,
  held,
  isFinal,
  LostAttempt,
  STATUSES,
  viewOf,
} from '../../../services/shared/jobs.ts';
import { done, newJob } from '../../support/job.ts';

describe('a job', () => {
  test('shows its owner what the API promises, and nothing of ours', () => {
    const view = viewOf(done({ attempt: 'one' }));
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
    test(`that is ${status} is ${final ? '' : 'not '}final, and can${final ? 'not' : ''} be claimed`, () => {
      const job = newJob({ status });
      assert.equal(isFinal(job), final);
      if (final) assert.throws(() => claimed(job, 'one'), { code: 'state_conflict' });
      else assert.equal(claimed(job, 'one').status, 'converting');
    });
  }

  test('counts attempts: each claim by another one, not one that is tried again', () => {
    const first = claimed(newJob({ progress: 0.7, eta_seconds: 9 }), 'one');
    assert.deepEqual([first.attempt, first.attempts, first.progress, first.eta_seconds], ['one', 1, 0, null]);
    assert.equal(claimed(first, 'one').attempts, 1);
    const second = claimed(first, 'two');
    assert.deepEqual([second.attempt, second.attempts], ['two', 2]);
  });

  test('is changed only by the attempt that holds it', () => {
    const job = claimed(newJob(), 'one');
    assert.equal(held('one', { progress: 0.5 })(job).progress, 0.5);
    assert.throws(() => held('two', { progress: 0.5 })(job), LostAttempt);
    assert.throws(() => held('one', { progress: 0.5 })(newJob({ attempt: 'one' })), LostAttempt);
    assert.throws(() => held('one', { progress: 0.5 })(done({ attempt: 'one' })), LostAttempt);
  });
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
