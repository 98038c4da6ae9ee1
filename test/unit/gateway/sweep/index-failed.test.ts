import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createIndexFailed } from '../../../../services/gateway/sweep/index-failed.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { failed } from '../../../support/job.ts';

const { signal } = new AbortController();

function build() {
  const added: string[][] = [];
  const store = { isUnavailable: false };
  const add = createIndexFailed({
    async add(jobs) {
      if (store.isUnavailable) throw unavailable('the store');
      added.push(jobs.map(({ id }) => id));
    },
  });
  return { add, added, store };
}

describe('createIndexFailed', () => {
  test('adds a failed job once, however many passes see it', async () => {
    const { add, added } = build();
    const [one, other] = [failed(), failed()];
    for (const jobs of [[], [one], [one], [one, other], [one, other]]) await add(jobs, signal);
    assert.deepEqual(added, [[one.id], [other.id]]);
  });

  test('adds a job again that was retried and has failed again', async () => {
    const { add, added } = build();
    const job = failed();
    for (const jobs of [[job], [], [{ ...job, run: 2 }], [{ ...job, run: 2 }]]) await add(jobs, signal);
    assert.deepEqual(added, [[job.id], [job.id]]);
  });

  test('adds a job again that was missing from a pass', async () => {
    const { add, added } = build();
    const job = failed();
    for (const jobs of [[job], [], [job]]) await add(jobs, signal);
    assert.equal(added.length, 2);
  });

  test('adds a job in the next pass when the store was unavailable', async () => {
    const { add, added, store } = build();
    const job = failed();
    store.isUnavailable = true;
    await assert.rejects(add([job], signal), { code: 'unavailable' });
    store.isUnavailable = false;
    await add([job], signal);
    assert.deepEqual(added, [[job.id]]);
  });

  test('adds jobs in batches of 10,000', async () => {
    const { add, added } = build();
    await add(
      Array.from({ length: 21_000 }, () => failed()),
      signal,
    );
    assert.deepEqual(
      added.map(({ length }) => length),
      [10_000, 10_000, 1_000],
    );
  });
});
