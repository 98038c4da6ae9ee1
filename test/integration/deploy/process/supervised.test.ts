import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../../../deploy/process/child.ts';
import { Supervised } from '../../../../deploy/process/supervised.ts';
import { waitFor } from '../../../support/wait.ts';

/** Longer than the first pause between a crash and the restart. */
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

describe('Supervised', () => {
  it('starts a killed process again', async (test) => {
    const sleeping = await sleeper(test);
    const first = sleeping.pid as number;
    process.kill(first, 'SIGKILL');
    const next = await waitFor('the restart', async () => sleeping.pid !== first && sleeping.pid);
    assert.notEqual(next, first);
    assert.equal(sleeping.crashes, 1);
  });

  it('takes a process down at once and keeps it down until it is brought up', async (test) => {
    const sleeping = await sleeper(test);
    const first = sleeping.pid;
    await sleeping.takeDown();
    assert.equal(sleeping.pid, undefined);
    await sleep(PAUSE_MS);
    assert.equal(sleeping.pid, undefined);
    await sleeping.bringUp();
    assert.notEqual(sleeping.pid, undefined);
    assert.notEqual(sleeping.pid, first);
  });

  it('stops a process that is taken down', async (test) => {
    const sleeping = await sleeper(test);
    await sleeping.takeDown();
    await sleeping.stop();
    await sleep(PAUSE_MS);
    assert.equal(sleeping.pid, undefined);
  });
});
