import assert from 'node:assert/strict';
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { createFileUploads } from '../../../../../services/gateway/cli/files/upload-store.ts';
import { temporaryFolder } from '../test-terminal.ts';

const FINGERPRINT = 'ab'.repeat(32);
const KEY = '7d1f5a5e-0000-4000-8000-000000000001';
const UPLOAD = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const { signal } = new AbortController();
const onWait = () => undefined;

describe('createFileUploads', () => {
  it('remembers an upload for later runs, in a file that only its owner can read', async (context) => {
    const folder = path.join(await temporaryFolder(context), 'state', 'uploads');
    const uploads = createFileUploads(folder);
    assert.equal(await uploads.find(FINGERPRINT), undefined);
    await uploads.save(FINGERPRINT, { key: KEY });
    await uploads.save(FINGERPRINT, { key: KEY, upload: UPLOAD });
    assert.deepEqual(await createFileUploads(folder).find(FINGERPRINT), { key: KEY, upload: UPLOAD });
    assert.deepEqual(await readdir(folder), [`${FINGERPRINT}.json`]);
    assert.equal((await stat(path.join(folder, `${FINGERPRINT}.json`))).mode & 0o077, 0);
    await uploads.remove(FINGERPRINT);
    assert.equal(await uploads.find(FINGERPRINT), undefined);
  });

  for (const text of ['', '{"key":', '{"key":7}', '{"key":"k","upload":"../../jobs"}']) {
    it(`ignores a record that contains ${text || 'nothing'}`, async (context) => {
      const folder = await temporaryFolder(context);
      await writeFile(path.join(folder, `${FINGERPRINT}.json`), text);
      assert.equal(await createFileUploads(folder).find(FINGERPRINT), undefined);
    });
  }

  it('forgets what was not written for more than a month', async (context) => {
    const folder = await temporaryFolder(context);
    const uploads = createFileUploads(folder);
    await uploads.save('old', { key: KEY });
    await uploads.save('new', { key: KEY });
    const day = 24 * 3600;
    const now = Date.now() / 1000;
    await utimes(path.join(folder, 'old.json'), now - 32 * day, now - 32 * day);
    await utimes(path.join(folder, 'new.json'), now - 30 * day, now - 30 * day);
    await createFileUploads(folder).save(FINGERPRINT, { key: KEY });
    assert.deepEqual((await readdir(folder)).sort(), [`${FINGERPRINT}.json`, 'new.json']);
  });

  it('looks through all records once a day, and not for each upload', async (context) => {
    const folder = await temporaryFolder(context);
    let now = Date.now();
    const uploads = createFileUploads(folder, () => now);
    await uploads.save('old', { key: KEY });
    await utimes(path.join(folder, 'old.json'), 0, 0);
    await uploads.save('new', { key: KEY });
    assert.deepEqual((await readdir(folder)).sort(), ['new.json', 'old.json']);
    now += 24 * 3600 * 1000;
    await uploads.save('new', { key: KEY });
    assert.deepEqual(await readdir(folder), ['new.json']);
  });

  it('remembers nothing, and fails at nothing, where its folder cannot be made', async (context) => {
    const file = path.join(await temporaryFolder(context), 'file');
    await writeFile(file, '');
    const uploads = createFileUploads(path.join(file, 'uploads'));
    await uploads.save(FINGERPRINT, { key: KEY });
    await uploads.remove(FINGERPRINT);
    assert.equal(await uploads.find(FINGERPRINT), undefined);
    assert.equal(await uploads.exclusively(FINGERPRINT, async () => 7, { onWait, signal }), 7);
  });

  it('lets one run work on an upload at a time, and another upload at once', async (context) => {
    const folder = await temporaryFolder(context);
    const first = Promise.withResolvers<void>();
    const order: string[] = [];
    const waiting = Promise.withResolvers<void>();
    const one = createFileUploads(folder).exclusively(
      FINGERPRINT,
      async () => {
        await first.promise;
        order.push('one');
      },
      { onWait, signal },
    );
    const two = createFileUploads(folder).exclusively(FINGERPRINT, async () => void order.push('two'), {
      onWait: waiting.resolve,
      signal,
    });
    await waiting.promise;
    await createFileUploads(folder).exclusively('other', async () => void order.push('other'), {
      onWait,
      signal,
    });
    first.resolve();
    await Promise.all([one, two]);
    assert.deepEqual(order, ['other', 'one', 'two']);
  });

  it('ends the wait for another run with the reason of the signal', async (context) => {
    const uploads = createFileUploads(await temporaryFolder(context));
    const stop = new AbortController();
    const first = Promise.withResolvers<void>();
    const one = uploads.exclusively(FINGERPRINT, () => first.promise, { onWait, signal });
    const two = uploads.exclusively(FINGERPRINT, async () => assert.fail('it runs'), {
      onWait: () => stop.abort(new Error('interrupted')),
      signal: stop.signal,
    });
    await assert.rejects(two, /interrupted/);
    first.resolve();
    await one;
  });
});
