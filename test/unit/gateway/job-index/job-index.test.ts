import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createJobIndex, type JobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';

const build = () => createJobIndex(createMemoryState(), 3600);

async function addMany(index: JobIndex, owner: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids) await index.addOwned(owner, id);
  return ids.reverse(); // newest first
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
const open = async (index: JobIndex) => (await Array.fromAsync(index.listActive())).flat();
const openIds = async (index: JobIndex) => ids(await open(index)).sort();

describe("an owner's jobs", () => {
  for (const count of [0, 1, 99, 100, 101, 250]) {
    test(`are listed newest first, all ${count}, and nobody else's`, async () => {
      const index = build();
      await addMany(index, 'bob', 3);
      const expected = await addMany(index, 'ann', count);
      assert.deepEqual(ids(await owned(index, 'ann')), expected);
    });
  }

  test('are listed once, however often one is added', async () => {
    const index = build();
    const id = randomUUID();
    for (let count = 0; count < 3; count++) await index.addOwned('ann', id);
    assert.deepEqual(ids(await owned(index, 'ann')), [id]);
  });

  for (const limit of [1, 7, 100, 249]) {
    test(`come in pages of ${limit}, without a gap or a repetition while new jobs arrive`, async () => {
      const index = build();
      const expected = await addMany(index, 'ann', 250);
      const seen: string[] = [];
      for (let cursor = ''; ; ) {
        const page = await owned(index, 'ann', { cursor, limit });
        seen.push(...ids(page));
        cursor = page.at(-1)?.cursor ?? '';
        if (page.length < limit) break;
        // Also across the moment at which the page in use becomes a numbered one.
        if (seen.length < 30) await addMany(index, 'ann', 60);
      }
      assert.deepEqual(seen, expected);
    });
  }

  for (const count of [100, 101, 250]) {
    test(`are not listed any more once they are dropped, all but three of ${count}, and cursors keep their place`, async () => {
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
      // Cursors that clients hold, most of them of entries that are not listed any more.
      for (const [at, { cursor }] of before.entries()) {
        const following = kept.filter((id) => all.indexOf(id ?? '') > at);
        assert.deepEqual(ids(await owned(index, 'ann', { cursor })), following);
      }
      const [added] = await addMany(index, 'ann', 1);
      assert.deepEqual(ids(await owned(index, 'ann')), [added, ...kept]);
    });
  }

  test('are dropped though the head has become a numbered page meanwhile', async () => {
    const index = build();
    const [newest = '', ...others] = await addMany(index, 'ann', 100);
    const [head] = await Array.fromAsync(index.listOwned('ann', undefined));
    const [added] = await addMany(index, 'ann', 1);
    await index.dropOwned('ann', head?.number ?? -1, [newest, randomUUID()]);
    assert.deepEqual(ids(await owned(index, 'ann')), [added, ...others]);
  });

  test('are listed without looking for each of the pages that have expired', async (context) => {
    const state = createMemoryState();
    const index = createJobIndex(state, 3600);
    const all = await addMany(index, 'ann', 3_050);
    // Those of the last days are there, and one that lives longer: an owner was here for years.
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
    ['a number alone', Buffer.from('1').toString('base64url')],
    ['an id that is none', Buffer.from('0.not-an-id').toString('base64url')],
    ['a negative page', Buffer.from(`-1.${uuid}`).toString('base64url')],
    ['a page without end', Buffer.from(`9999999999999.${uuid}`).toString('base64url')],
    ['a key of the store', Buffer.from(`0:x.${uuid}`).toString('base64url')],
  ] as const) {
    test(`cannot be listed from a cursor that is ${what}`, async () => {
      await assert.rejects(owned(build(), 'ann', { cursor }), { code: 'bad_request' });
    });
  }

  test('are listed from the newest page on for a cursor beyond it', async () => {
    const index = build();
    const [newest, ...older] = await addMany(index, 'ann', 5);
    const cursor = Buffer.from(`999.${newest}`).toString('base64url');
    assert.deepEqual(ids(await owned(index, 'ann', { cursor })), older);
  });

  test('are all there: 30 of two owners, added at the same time across the end of a page', async () => {
    const index = build();
    const before = await addMany(index, 'ann', 90);
    const added = Array.from({ length: 30 }, (_, number) => ({
      id: randomUUID(),
      owner: number % 3 ? 'ann' : 'bob',
    }));
    await Promise.all(added.map(({ owner, id }) => index.addOwned(owner, id)));
    for (const owner of ['ann', 'bob']) {
      const mine = added.filter((job) => job.owner === owner);
      const expected = [...ids(mine), ...(owner === 'ann' ? before : [])];
      assert.deepEqual(ids(await owned(index, owner)).sort(), expected.sort());
    }
  });
});

describe('the index of open jobs', () => {
  const newIds = (count: number) => Array.from({ length: count }, () => randomUUID());

  test('holds what was opened until it is closed, and knows the owners', async () => {
    const index = build();
    const all = newIds(40);
    for (const id of all) await index.addActive('ann', id);
    const entries = await open(index);
    assert.deepEqual(ids(entries).sort(), all.toSorted());
    assert.ok(entries.every(({ owner }) => owner === 'ann'));
    const closed = entries.slice(0, 25);
    await index.removeActive(closed);
    await index.removeActive([...closed, { id: randomUUID(), version: 'never' }]);
    assert.deepEqual(await openIds(index), ids(entries.slice(25)).sort());
  });

  test('holds a job once, however often it was opened', async () => {
    const index = build();
    const [id = ''] = newIds(1);
    for (let count = 0; count < 3; count++) await index.addActive('ann', id);
    assert.deepEqual(await openIds(index), [id]);
  });

  test('is not closed by who saw a job before it was opened again', async () => {
    const index = build();
    const [id = ''] = newIds(1);
    await index.addActive('ann', id);
    const seen = await open(index);
    await index.addActive('ann', id);
    await index.removeActive(seen);
    assert.deepEqual(await openIds(index), [id]);
    await index.removeActive(await open(index));
    assert.deepEqual(await openIds(index), []);
  });

  test('loses none of 60 that are opened while others are closed, all at the same time', async () => {
    const index = build();
    const old = newIds(60);
    await Promise.all(old.map((id) => index.addActive('ann', id)));
    const entries = await open(index);
    const fresh = newIds(60);
    await Promise.all([
      ...fresh.map((id) => index.addActive('bob', id)),
      ...entries.map((entry) => index.removeActive([entry])),
    ]);
    assert.deepEqual(await openIds(index), fresh.toSorted());
  });
});
