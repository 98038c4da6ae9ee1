import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createFailedIndex, type FailedIndex } from '../../../../services/gateway/operator/failed-index.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { failed } from '../../../support/job.ts';
import { asOtherProcess } from '../../../support/other-process.ts';

const TTL = 3600;
const idsOf = async (index: FailedIndex) =>
  (await Array.fromAsync(index.list())).flatMap(({ entries }) => entries).map(({ id }) => id);
const entryOf = async (index: FailedIndex, id: string) =>
  (await Array.fromAsync(index.list())).flatMap(({ entries }) => entries).find((entry) => entry.id === id) ??
  assert.fail();

describe('createFailedIndex', () => {
  test('lists each job once, however often it is added', async () => {
    const index = createFailedIndex(createMemoryState(), TTL);
    assert.deepEqual(await idsOf(index), []);
    const jobs = Array.from({ length: 50 }, () => failed());
    await index.add(jobs);
    await index.add(jobs.slice(0, 10));
    assert.deepEqual((await idsOf(index)).sort(), jobs.map(({ id }) => id).sort());
  });

  test('loses no job when several gateways write at the same time', async () => {
    const state = createMemoryState();
    const jobs = Array.from({ length: 20 }, (_, number) =>
      failed({ id: `${randomUUID().slice(0, -1)}${number % 2}` }),
    );
    await Promise.all(jobs.map((job) => createFailedIndex(asOtherProcess(state), TTL).add([job])));
    assert.deepEqual((await idsOf(createFailedIndex(state, TTL))).sort(), jobs.map(({ id }) => id).sort());
  });

  test('removes the given entries, except those that were added again meanwhile', async () => {
    const index = createFailedIndex(createMemoryState(), TTL);
    const [gone, again] = [failed(), failed()];
    await index.add([gone, again]);
    const seen = [await entryOf(index, gone.id), await entryOf(index, again.id)];
    await index.add([again]);
    await index.remove(seen);
    assert.deepEqual(await idsOf(index), [again.id]);
  });

  test('drops expired jobs with the next write', async (context) => {
    const index = createFailedIndex(createMemoryState(), TTL);
    const old = failed({
      id: `${randomUUID().slice(0, -1)}0`,
      expires_at: new Date(Date.now() + 1000).toISOString(),
    });
    const young = failed({ id: `${randomUUID().slice(0, -1)}0` });
    await index.add([old]);
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 2000 });
    await index.add([young]);
    assert.deepEqual(await idsOf(index), [young.id]);
  });

  test('expires in the store together with its last job', async () => {
    let now = Date.now();
    const state = createMemoryState(() => now);
    const index = createFailedIndex(state, TTL);
    await index.add([failed()]);
    assert.equal(state.keys().length, 1);
    now += TTL * 1000;
    assert.deepEqual(state.keys(), []);
  });
});
