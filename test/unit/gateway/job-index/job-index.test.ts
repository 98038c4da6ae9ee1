import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createJobIndex, type JobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { asOtherProcess } from '../../../support/other-process.ts';

const build = () => createJobIndex(createMemoryState(), 3600);

/** The index, and the same index as other gateways have it. */
function buildForGateways() {
  const state = createMemoryState();
  const inOtherGateway = () => createJobIndex(asOtherProcess(state), 3600);
  return { index: inOtherGateway(), inOtherGateway };
}

async function addMany(index: JobIndex, owner: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids) await index.addOwned(owner, id);
  return ids.reverse(); // Newest first.
}

async function owned(index: JobIndex, owner: string, { cursor = '', limit = Number.POSITIVE_INFINITY } = {}) {
  const page: { id: string; cursor: string }[] = [];
  for await (const { entries } of index.listOwned(owner, cursor || undefined)) {
    page.push(...entries);
    if (page.length >= limit) break;
  }
  return page.slice(0, limit);
}
const ids = (entries: { id: string }[]) => entries.map(({ id }) => id);
const activeJobs = async (index: JobIndex) => (await Array.fromAsync(index.listActive())).flat();
const activeIds = async (index: JobIndex) => ids(await activeJobs(index)).sort();

describe('listOwned', () => {
  for (const count of [0, 1, 99, 100, 101, 250]) {
    test(`lists all ${count} jobs of an owner, newest first, and no others`, async () => {
      const index = build();
      await addMany(index, 'bob', 3);
      const expected = await addMany(index, 'ann', count);
      assert.deepEqual(ids(await owned(index, 'ann')), expected);
    });
  }

  test('lists a job once, however often it is added', async () => {
    const index = build();
    const id = randomUUID();
    for (let count = 0; count < 3; count++) await index.addOwned('ann', id);
    assert.deepEqual(ids(await owned(index, 'ann')), [id]);
  });

  for (const limit of [1, 7, 100, 249]) {
    test(`lists pages of ${limit} without a gap or a repetition while new jobs arrive`, async () => {
      const index = build();
      const expected = await addMany(index, 'ann', 250);
      const seen: string[] = [];
      for (let cursor = ''; ; ) {
        const page = await owned(index, 'ann', { cursor, limit });
        seen.push(...ids(page));
        cursor = page.at(-1)?.cursor ?? '';
        if (page.length < limit) break;
        // While jobs are added, the head becomes a numbered page.
        if (seen.length < 30) await addMany(index, 'ann', 60);
      }
      assert.deepEqual(seen, expected);
    });
  }

  for (const count of [100, 101, 250]) {
    test(`lists only what is left of ${count} jobs after dropOwned, and keeps old cursors valid`, async () => {
      const index = build();
      const all = await addMany(index, 'ann', count);
      const before = await owned(index, 'ann');
      const kept = [all[0], all[count >> 1], all[count - 1]];
      for await (const { number, entries } of index.listOwned('ann', undefined)) {
        await index.dropOwned(
          'ann',
          number,
          ids(entries).filter((id) => !kept.includes(id)),
        );
      }
      assert.deepEqual(ids(await owned(index, 'ann')), kept);
      // Clients hold these cursors. Most are cursors of entries that are not listed any more.
      for (const [at, { cursor }] of before.entries()) {
        const following = kept.filter((id) => all.indexOf(id ?? '') > at);
        assert.deepEqual(ids(await owned(index, 'ann', { cursor })), following);
      }
      const [added] = await addMany(index, 'ann', 1);
      assert.deepEqual(ids(await owned(index, 'ann')), [added, ...kept]);
    });
  }

  test('does not list dropped jobs whose page has become a numbered one meanwhile', async () => {
    const index = build();
    const [newest = '', ...others] = await addMany(index, 'ann', 100);
    const [head] = await Array.fromAsync(index.listOwned('ann', undefined));
    const [added] = await addMany(index, 'ann', 1);
    await index.dropOwned('ann', head?.number ?? -1, [newest, randomUUID()]);
    assert.deepEqual(ids(await owned(index, 'ann')), [added, ...others]);
  });

  test('does not read each of the pages that have expired', async (context) => {
    const state = createMemoryState();
    const index = createJobIndex(state, 3600);
    const all = await addMany(index, 'ann', 3_050);
    // The list of an owner of many years: the pages of the last days are left, and one older page that lives longer.
    for (let number = 0; number < 25; number++)
      if (number !== 20) await state.delete(`jobs-of:ann:${number}`);
    const calls = [context.mock.method(state, 'get'), context.mock.method(state, 'getMany')];
    const expected = [...all.slice(0, 50 + 500), ...all.slice(50 + 900, 50 + 1000)];
    assert.deepEqual(ids(await owned(index, 'ann')), expected);
    const count = calls.reduce((sum, { mock }) => sum + mock.callCount(), 0);
    assert.ok(count <= 6, `${count} calls`);
  });

  const uuid = randomUUID();
  for (const [what, cursor] of [
    ['nonsense', 'nonsense'],
    ['only a number', Buffer.from('1').toString('base64url')],
    ['a page with an invalid id', Buffer.from('0.not-an-id').toString('base64url')],
    ['a negative page', Buffer.from(`-1.${uuid}`).toString('base64url')],
    ['a page number that is too long', Buffer.from(`9999999999999.${uuid}`).toString('base64url')],
    ['a key of the store', Buffer.from(`0:x.${uuid}`).toString('base64url')],
  ] as const) {
    test(`refuses a cursor that is ${what}`, async () => {
      await assert.rejects(owned(build(), 'ann', { cursor }), { code: 'bad_request' });
    });
  }

  test('starts with the newest page for a cursor beyond it', async () => {
    const index = build();
    const [newest, ...older] = await addMany(index, 'ann', 5);
    const cursor = Buffer.from(`999.${newest}`).toString('base64url');
    assert.deepEqual(ids(await owned(index, 'ann', { cursor })), older);
  });

  test('lists all of 30 jobs that two owners add at the same time while a page becomes full', async () => {
    const { index, inOtherGateway } = buildForGateways();
    const before = await addMany(index, 'ann', 90);
    const added = Array.from({ length: 30 }, (_, number) => ({
      id: randomUUID(),
      owner: number % 3 ? 'ann' : 'bob',
    }));
    await Promise.all(added.map(({ owner, id }) => inOtherGateway().addOwned(owner, id)));
    for (const owner of ['ann', 'bob']) {
      const mine = added.filter((job) => job.owner === owner);
      const expected = [...ids(mine), ...(owner === 'ann' ? before : [])];
      assert.deepEqual(ids(await owned(index, owner)).sort(), expected.sort());
    }
  });
});

describe('listActive', () => {
  const newIds = (count: number) => Array.from({ length: count }, () => randomUUID());

  test('lists active jobs with their owners until they are removed', async () => {
    const index = build();
    const all = newIds(40);
    for (const id of all) await index.addActive('ann', id);
    const entries = await activeJobs(index);
    assert.deepEqual(ids(entries).sort(), all.toSorted());
    assert.ok(entries.every(({ owner }) => owner === 'ann'));
    const removed = entries.slice(0, 25);
    await index.removeActive(removed);
    await index.removeActive([...removed, { id: randomUUID(), version: 'never' }]);
    assert.deepEqual(await activeIds(index), ids(entries.slice(25)).sort());
  });

  test('lists a job once, however often it is added', async () => {
    const index = build();
    const [id = ''] = newIds(1);
    for (let count = 0; count < 3; count++) await index.addActive('ann', id);
    assert.deepEqual(await activeIds(index), [id]);
  });

  test('keeps a job that was added again after its entry was read', async () => {
    const index = build();
    const [id = ''] = newIds(1);
    await index.addActive('ann', id);
    const seen = await activeJobs(index);
    await index.addActive('ann', id);
    await index.removeActive(seen);
    assert.deepEqual(await activeIds(index), [id]);
    await index.removeActive(await activeJobs(index));
    assert.deepEqual(await activeIds(index), []);
  });

  test('loses none of 60 jobs that are added while others are removed at the same time', async () => {
    const { index, inOtherGateway } = buildForGateways();
    const old = newIds(60);
    await Promise.all(old.map((id) => inOtherGateway().addActive('ann', id)));
    const entries = await activeJobs(index);
    const fresh = newIds(60);
    await Promise.all([
      ...fresh.map((id) => inOtherGateway().addActive('bob', id)),
      ...entries.map((entry) => inOtherGateway().removeActive([entry])),
    ]);
    assert.deepEqual(await activeIds(index), fresh.toSorted());
  });
});
