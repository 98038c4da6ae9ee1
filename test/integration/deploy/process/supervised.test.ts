import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../../../deploy/process/child.ts';
import { Supervised, type SupervisedOptions } from '../../../../deploy/process/supervised.ts';
import { waitFor } from '../../../support/wait.ts';

/** Longer than the first pause between a crash and the restart. */
const PAUSE_MS = 900;

/** A process that writes two lines to its log, and then sleeps, or runs other commands of the shell. */
async function sleeper(
  test: TestContext,
  { ending = 'exec sleep 60', ...options }: { ending?: string } & Partial<SupervisedOptions> = {},
): Promise<Supervised> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mp3converter-supervised-'));
  const args = ['-c', `echo starting; echo the last words; ${ending}`];
  const process = new Supervised({
    name: 'sleeper',
    report: () => {},
    launch: () =>
      startChild({
        ...{ name: 'sleeper', command: 'sh', args, cwd: dataDir, env: {} },
        ...{ logFile: join(dataDir, 'log'), dataDir },
      }),
    ...options,
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

  it('reports at once how a process ended that is not started again, with the end of its log', async (test) => {
    const reports: string[] = [];
    const report = (line: string) => void reports.push(line);
    await sleeper(test, { restarts: false, ending: 'exit 14', report });
    await waitFor('the report', () => reports.length > 0);
    assert.match(
      reports[0] ?? '',
      /^sleeper ended by itself \(code 14\) and is not started again\..*:\nstarting\nthe last words$/,
    );
    await sleep(PAUSE_MS);
    assert.equal(reports.length, 1);
  });

  it('reports a crash with the end of the log before it starts the process again', async (test) => {
    const reports: string[] = [];
    await sleeper(test, { ending: 'exit 1', report: (line) => void reports.push(line) });
    await waitFor('the report', () => reports.length > 0);
    assert.match(reports[0] ?? '', /\(code 1\) and is started again in 0\.5 s\..*\nthe last words$/s);
  });

  for (const [what, end] of [
    ['stopped', (process: Supervised) => process.stop()],
    ['taken down', (process: Supervised) => process.takeDown()],
  ] as const)
    it(`reports nothing of a process that is ${what}`, async (test) => {
      const reports: string[] = [];
      const sleeping = await sleeper(test, { restarts: false, report: (line) => void reports.push(line) });
      await end(sleeping);
      await sleep(PAUSE_MS);
      assert.deepEqual(reports, []);
    });
});
