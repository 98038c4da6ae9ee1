import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createFilmRecords } from '../../../../../services/gateway/page/app/convert/storage/film-records.ts';
import { createLocalUploads } from '../../../../../services/gateway/page/app/convert/storage/local-uploads.ts';
import type { TabLock } from '../../../../../services/gateway/page/app/convert/storage/tab-lock.ts';
import { createMemoryTexts } from './memory-texts.ts';

const DAY_MS = 24 * 3_600_000;

const record = (change: object = {}) => ({
  ...{ id: randomUUID(), owner: 'ann', name: 'Ünder “x” & y=z.mkv', size: 9, lastModified: 1, whole: false },
  ...{ options: { title: 'a=b&c', bitrate: '96' }, began: 1, sent: 4, toSend: 5 },
  ...change,
});

describe('the films that a browser remembers', () => {
  it('are restored as they were stored, in the order in which they started', () => {
    const records = createFilmRecords(createMemoryTexts());
    const [late, early] = [record({ began: 2, job: randomUUID() }), record({ fingerprint: 'abc' })];
    for (const one of [late, early]) records.save(one);
    assert.deepEqual(
      records.list('ann').map(({ at: _, ...rest }) => rest),
      [early, late],
    );
  });

  it('are not listed for another account', () => {
    const records = createFilmRecords(createMemoryTexts());
    records.save(record());
    assert.deepEqual(records.list('bob'), []);
  });

  it('are forgotten after a month, and when they are removed', () => {
    const texts = createMemoryTexts();
    let now = 0;
    const records = createFilmRecords(texts, () => now);
    const [one, other] = [record(), record()];
    records.save(one);
    records.save(other);
    records.remove(one.id);
    assert.deepEqual(
      records.list('ann').map(({ id }) => id),
      [other.id],
    );
    now = 32 * DAY_MS;
    assert.deepEqual(records.list('ann'), []);
    assert.deepEqual(texts.keys(), []);
  });

  for (const text of ['', 'null', '[]', '{"id":"x"}', '{"__proto__":{}}'])
    it(`exclude invalid entries of the storage: ${text}`, () => {
      const texts = createMemoryTexts();
      texts.set(`film:${randomUUID()}`, text);
      assert.deepEqual(createFilmRecords(texts).list('ann'), []);
    });
});

describe('the uploads that a browser remembers', () => {
  const free: TabLock = {
    tryAcquire: async () => () => undefined,
    acquire: async () => () => undefined,
    isTaken: async () => false,
  };

  it('are restored as they were stored, and are forgotten after a month', async () => {
    const texts = createMemoryTexts();
    let now = 0;
    const uploads = createLocalUploads(
      texts,
      () => free,
      () => now,
    );
    const kept = { key: 'k', upload: randomUUID(), job: randomUUID() };
    await uploads.save('one', kept);
    const { at: _, ...found } = { at: 0, ...(await uploads.find('one')) };
    assert.deepEqual(found, kept);
    now = 32 * DAY_MS;
    await uploads.save('other', kept);
    assert.equal(await uploads.find('one'), undefined);
  });

  it('are sent by one tab at a time', async () => {
    const names: string[] = [];
    let isReleased = false;
    const lock: TabLock = {
      ...free,
      acquire: async (name) => {
        names.push(name);
        return () => {
          isReleased = true;
        };
      },
    };
    const uploads = createLocalUploads(createMemoryTexts(), () => lock);
    const { signal } = new AbortController();
    const failing = uploads.exclusively('one', () => Promise.reject(new Error('x')), {
      signal,
      onWait: () => undefined,
    });
    await assert.rejects(failing, /x/);
    assert.deepEqual(names, ['upload:one']);
    assert.ok(isReleased);
  });
});
