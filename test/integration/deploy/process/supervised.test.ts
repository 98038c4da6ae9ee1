import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../../../deploy/process/child.ts';
import { Supervised } from '../../../../deploy/process/supervised.ts';
import { waitFor } from '../../../support/wait.ts';

/** Over the first pause between a fall and the restart. */
const PAUSE_MS = 900;

async function sleeper(test: TestContext): Promise<Supervised> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mp3converter-supervised-'));
  const process = new Supervised({
    name: 'sleeper',
    report: () => {},
    launch: () =>
      startChild({
        ...{ name: 'sleeper', command: 'sleep', args: ['60'], cwd: dataDir, env: {} },
        ...{ logFile: join(dataDir, 'log'), dataDir },
      }),
  });
  test.after(async () => {
    await process.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await process.start();
  return process;
}

it('what is killed runs again by itself', async (test) => {
  const sleeping = await sleeper(test);
  const first = sleeping.pid as number;
  process.kill(first, 'SIGKILL');
  const next = await waitFor('the restart', async () => sleeping.pid !== first && sleeping.pid);
  assert.notEqual(next, first);
  assert.equal(sleeping.falls, 1);
});

it('what is held is dead at once and stays down until it is released', async (test) => {
  const sleeping = await sleeper(test);
  const first = sleeping.pid;
  await sleeping.hold();
  assert.equal(sleeping.pid, undefined);
  await sleep(PAUSE_MS);
  assert.equal(sleeping.pid, undefined);
  await sleeping.release();
  assert.notEqual(sleeping.pid, undefined);
  assert.notEqual(sleeping.pid, first);
});

it('what is held can be stopped for good', async (test) => {
  const sleeping = await sleeper(test);
  await sleeping.hold();
  await sleeping.stop();
  await sleep(PAUSE_MS);
  assert.equal(sleeping.pid, undefined);
});
