import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { processesIn } from '../../support/processes.ts';
import { waitFor } from '../../support/wait.ts';

/** A test that runs until its process is ended. */
const ENDLESS = `import { test } from 'node:test';
test('does not end', () => new Promise(() => setInterval(() => undefined, 1000)));
`;

describe('runTests', () => {
  it('leaves no process behind when its own process is killed', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'mp3converter-runner-'));
    context.after(() => rm(folder, { recursive: true }));
    const endless = join(folder, 'endless.test.ts');
    await writeFile(endless, ENDLESS);
    const runTests = pathToFileURL(join(import.meta.dirname, '../../support/run-tests.ts')).href;
    const script = `import { runTests } from ${JSON.stringify(runTests)};
await runTests([${JSON.stringify(endless)}], { cwd: ${JSON.stringify(folder)}, folder: ${JSON.stringify(folder)}, env: {}, signal: new AbortController().signal });`;
    // `node --test` does nothing in a process that is a test of another one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const runner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: 'ignore',
      env,
    });
    const children = () => processesIn(folder).filter(({ pid }) => pid !== runner.pid);
    await waitFor('node --test and the process of the file', () => children().length >= 2);
    runner.kill('SIGKILL');
    await waitFor('the end of all processes', () => children().length === 0);
    assert.deepEqual(children(), []);
  });
});
