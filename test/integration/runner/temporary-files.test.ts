import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { newStateFolder } from '../../support/state-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Runs a command with process ids of its own, as in a container. */
const IN_NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const canUnshare = () => spawnSync('unshare', [...IN_NAMESPACE.slice(1), 'true']).status === 0;

/** Starts a program that makes its folder, and returns the folder when it has been made. */
async function startRun(test: TestContext, TMPDIR: string, before: readonly string[] = []) {
  const module = pathToFileURL(path.join(import.meta.dirname, '../../runner/temporary-files.ts')).href;
  const script = `import { useOwnTemporaryFolder } from ${JSON.stringify(module)};
console.log(await useOwnTemporaryFolder(() => {}));
setInterval(() => {}, 1000);`;
  const [program = '', ...args] = [...before, process.execPath, '--input-type=module', '--eval', script];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR },
  });
  test.after(() => child.kill('SIGKILL'));
  const [folder] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, folder };
}

describe('useOwnTemporaryFolder', () => {
  it('removes the folder of a run that was killed, and leaves the one of a run that lives', async (test) => {
    const tmp = temporaryFolder(test);
    const killed = await startRun(test, tmp);
    const living = await startRun(test, tmp);
    for (const { folder } of [killed, living]) writeFileSync(path.join(folder, 'film.mp4'), 'a film');
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    await startRun(test, tmp);
    assert.equal(existsSync(killed.folder), false);
    assert.equal(existsSync(path.join(living.folder, 'film.mp4')), true);
    assert.equal(path.dirname(path.dirname(killed.folder)), tmp);
  });

  it('leaves the folder of a run that lives where its process cannot be seen', async (test) => {
    if (!canUnshare()) return test.skip('this user may not make a namespace of process ids');
    const tmp = temporaryFolder(test);
    const here = await startRun(test, tmp);
    const first = await startRun(test, tmp, IN_NAMESPACE);
    const second = await startRun(test, tmp, IN_NAMESPACE);
    for (const { folder } of [here, first, second]) assert.equal(existsSync(folder), true, folder);
    // Both are process 1.
    assert.notEqual(first.folder, second.folder);
  });

  const HOUR_MS = 3600_000;
  for (const { name, hours, remains } of [
    { name: '00000000-1', hours: 1, remains: true },
    { name: '00000000-1', hours: 25, remains: false },
    { name: '999999999', hours: 1, remains: true },
    { name: '999999999', hours: 25, remains: false },
    { name: 'screens', hours: 1000, remains: true },
  ])
    it(`${remains ? 'leaves' : 'removes'} the folder ${name} of nobody here, last touched ${hours} hours ago`, async (test) => {
      const tmp = temporaryFolder(test);
      const root = path.dirname((await startRun(test, tmp)).folder);
      const folder = path.join(root, name);
      mkdirSync(folder);
      const touched = new Date(Date.now() - hours * HOUR_MS);
      utimesSync(folder, touched, touched);
      await startRun(test, tmp);
      assert.equal(existsSync(folder), remains);
    });

  it('touches its folder each hour, for runs that cannot see its process', async (test) => {
    const root = temporaryFolder(test);
    test.mock.timers.enable({ apis: ['setInterval'] });
    const folder = await newStateFolder(root, () => {});
    utimesSync(folder, new Date(0), new Date(0));
    test.mock.timers.tick(HOUR_MS);
    assert.ok(Date.now() - statSync(folder).mtimeMs < HOUR_MS);
    rmSync(folder, { recursive: true });
    test.mock.timers.tick(HOUR_MS);
    assert.equal(existsSync(folder), false);
  });
});
