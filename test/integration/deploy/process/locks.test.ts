import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';

const root = resolve(import.meta.dirname, '../../../..');
const WORKERS = 12;

/** Each worker acquires the lock, makes a file that must not exist, deletes it, and dies without releasing the lock. */
const worker = (acquire: string): string => `
  import { rmSync, writeFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  const { LOCK } = process.env;
  ${acquire}
  writeFileSync(LOCK + '.inside', '', { flag: 'wx' });
  await sleep(2);
  rmSync(LOCK + '.inside');
  process.kill(process.pid, 'SIGKILL');
`;

for (const { name, acquire } of [
  {
    name: 'services/shared/runtime/lock.ts',
    acquire: `
      const { acquireLock, LockedError } = await import('${root}/services/shared/runtime/lock.ts');
      for (let acquired = false; !acquired; ) {
        try {
          acquireLock(LOCK);
          acquired = true;
        } catch (error) {
          if (!(error instanceof LockedError)) throw error;
          await sleep(1);
        }
      }`,
  },
  {
    name: 'deploy/local/bootstrap-lock.mjs',
    acquire: `
      const { tryLock } = await import('${root}/deploy/local/bootstrap-lock.mjs');
      while (tryLock(LOCK) !== undefined) await sleep(1);`,
  },
]) {
  describe(name, () => {
    it(`lets ${WORKERS} processes take over each other's stale locks one at a time`, async (test) => {
      const folder = mkdtempSync(join(tmpdir(), 'mp3converter-locks-'));
      test.after(() => rmSync(folder, { recursive: true, force: true }));
      const workers = Array.from({ length: WORKERS }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', worker(acquire)], {
          env: { ...process.env, LOCK: join(folder, 'lock') },
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        let errors = '';
        child.stderr.on('data', (text) => {
          errors += text;
        });
        const [, signal] = await once(child, 'close');
        return signal === 'SIGKILL' ? 'done' : errors;
      });
      assert.deepEqual(await Promise.all(workers), Array(WORKERS).fill('done'));
    });
  });
}
