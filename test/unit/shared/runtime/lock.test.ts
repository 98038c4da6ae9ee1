import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { acquireLock, LockedError, waitForLock } from '../../../../services/shared/runtime/lock.ts';

const DEAD = JSON.stringify({ pid: process.pid, started: 'another boot:1' });

function lockFile(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mp3converter-lock-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'lock');
}

describe('acquireLock', () => {
  it('refuses a lock that is held, and names the holder', (test) => {
    const file = lockFile(test);
    acquireLock(file);
    assert.throws(
      () => acquireLock(file),
      (error) => error instanceof LockedError && error.holder.pid === process.pid,
    );
  });

  it('acquires a lock again that was released', (test) => {
    const file = lockFile(test);
    acquireLock(file)();
    acquireLock(file)();
    assert.deepEqual(readdirSync(join(file, '..')), []);
  });

  for (const { name, content } of [
    { name: 'of a dead process', content: DEAD },
    { name: 'that a power failure has emptied', content: '' },
  ]) {
    it(`takes over a lock ${name}`, (test) => {
      const file = lockFile(test);
      writeFileSync(file, content);
      acquireLock(file);
      assert.throws(() => acquireLock(file), LockedError);
    });
  }

  it('takes over a lock whose last taker died while it took over', (test) => {
    const file = lockFile(test);
    writeFileSync(file, DEAD);
    writeFileSync(`${file}.removal`, DEAD);
    acquireLock(file)();
    assert.deepEqual(readdirSync(join(file, '..')), []);
  });

  it('leaves a stale lock alone while another process takes it over', (test) => {
    const file = lockFile(test);
    writeFileSync(file, DEAD);
    const release = acquireLock(`${file}.removal`);
    assert.throws(() => acquireLock(file), LockedError);
    release();
    acquireLock(file);
  });
});

describe('waitForLock', () => {
  it('waits until the lock is released, and reports the wait once', async (test) => {
    const file = lockFile(test);
    const release = acquireLock(file);
    const holders: number[] = [];
    const waiting = waitForLock(file, ({ pid }) => holders.push(pid), new AbortController().signal);
    release();
    (await waiting)();
    assert.deepEqual(holders, [process.pid]);
    assert.ok(!existsSync(file));
  });

  it('ends when its signal is aborted', async (test) => {
    const file = lockFile(test);
    acquireLock(file);
    const stop = new AbortController();
    const waiting = waitForLock(file, () => {}, stop.signal);
    stop.abort(new Error('stopped'));
    await assert.rejects(waiting, { name: 'AbortError' });
  });
});
