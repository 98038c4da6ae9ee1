import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Starts a program that makes its folder, and returns the folder when it has been made. */
async function startRun(test: TestContext, TMPDIR: string) {
  const module = pathToFileURL(path.join(import.meta.dirname, '../../runner/temporary-files.ts')).href;
  const script = `import { useOwnTemporaryFolder } from ${JSON.stringify(module)};
console.log(await useOwnTemporaryFolder(() => {}));
setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
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
});
