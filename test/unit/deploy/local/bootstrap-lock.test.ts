import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

interface BootstrapLock {
  tryLock(file: string): number | undefined;
  unlock(file: string): void;
}
const { tryLock, unlock } = (await import(
  resolve(import.meta.dirname, '../../../../deploy/local/bootstrap-lock.mjs')
)) as BootstrapLock;

/** Above the largest pid that Linux assigns. */
const DEAD_PID = '99999999';
const ALIVE_PID = process.ppid;

function lockFile(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mp3converter-bootstrap-lock-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'lock');
}

describe('tryLock', () => {
  it('returns the pid of the process that holds the lock', (test) => {
    const file = lockFile(test);
    writeFileSync(file, String(ALIVE_PID));
    assert.equal(tryLock(file), ALIVE_PID);
  });

  for (const { name, content } of [
    { name: 'of a dead process', content: DEAD_PID },
    { name: 'of an earlier process with our pid', content: String(process.pid) },
    { name: 'that a power failure has emptied', content: '' },
  ]) {
    it(`takes over a lock ${name}`, (test) => {
      const file = lockFile(test);
      writeFileSync(file, content);
      assert.equal(tryLock(file), undefined);
      unlock(file);
      assert.deepEqual(readdirSync(join(file, '..')), []);
    });
  }

  it('leaves a stale lock alone while another process takes it over', (test) => {
    const file = lockFile(test);
    writeFileSync(file, DEAD_PID);
    writeFileSync(`${file}.removal`, String(ALIVE_PID));
    assert.equal(tryLock(file), ALIVE_PID);
  });

  it('takes over a lock whose last taker died while it took over', (test) => {
    const file = lockFile(test);
    writeFileSync(file, DEAD_PID);
    writeFileSync(`${file}.removal`, DEAD_PID);
    assert.equal(tryLock(file), undefined);
  });
});

describe('unlock', () => {
  it('leaves the lock of another process alone', (test) => {
    const file = lockFile(test);
    writeFileSync(file, String(ALIVE_PID));
    unlock(file);
    assert.equal(tryLock(file), ALIVE_PID);
  });
});
