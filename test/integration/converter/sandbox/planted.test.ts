import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findGo } from '../../../../deploy/local/tools/go.ts';
import { runTool } from '../../../../services/converter/ffmpeg/run-tool.ts';
import { noSandbox } from '../../../../services/converter/sandbox/no-sandbox.ts';
import type { Limits, Sandbox } from '../../../../services/converter/sandbox/sandbox.ts';
import { buildPlanted } from '../../../hostile/planted/build-planted.ts';
import { FILE_TRIES, GOT_WITHOUT_SANDBOX, readTries } from '../../../hostile/planted/tries.ts';
import { waitFor } from '../../../support/wait.ts';
import { isSleeping, processesWith } from './processes-with.ts';
import { sandboxRows } from './sandboxes.ts';
import { openWitnesses } from './witnesses.ts';

const canRun = process.platform === 'linux' && findGo() !== undefined;
const { signal } = new AbortController();
const root = await mkdtemp(join(tmpdir(), 'mp3converter-planted-'));
// The box shows the folders that lead to a tool, as empty ones, and the cache may lie in the folder of root.
const planted = join(root, 'ffmpeg');
if (canRun) await copyFile(await buildPlanted(signal), planted);
const rows = await sandboxRows([planted, '/bin/sleep'], signal);
after(() => rm(root, { recursive: true }));

async function run(sandbox: Sandbox, argument: string, limits: Limits = {}, writes: string[] = []) {
  const folder = await mkdtemp(join(root, 'job-'));
  const options = { folder, signal, timeoutSeconds: 240, limits, writes };
  return { folder, ...(await runTool({ path: planted, sandbox }, [argument], options)) };
}

describe('a captured ffmpeg outside a sandbox', { skip: !canRun && 'Go or Linux is missing' }, () => {
  it('gets at everything that its user may do', async () => {
    await using witnesses = await openWitnesses();
    const { output, stderr } = await run(noSandbox, JSON.stringify(witnesses.targets));
    const { got, details } = readTries(output);
    const missed = GOT_WITHOUT_SANDBOX.filter((name) => !got.includes(name));
    assert.deepEqual(missed, [], `${stderr}${JSON.stringify([...details])}`);
    await waitFor('the witnesses to be called', async () => witnesses.calls() === 4);
  });
});

for (const { name, skip, sandbox = noSandbox } of rows) {
  describe(`a captured ffmpeg in a sandbox of ${name}`, {
    skip: canRun ? skip : 'Go or Linux is missing',
  }, () => {
    const gets = name === 'system calls and limits' ? 'nothing but files' : 'nothing';
    it(`gets ${gets}, and calls nobody`, async () => {
      await using witnesses = await openWitnesses();
      const { output, stderr, folder } = await run(sandbox, JSON.stringify(witnesses.targets));
      const { got } = readTries(output);
      const spared = gets === 'nothing' ? [] : FILE_TRIES;
      assert.deepEqual(
        got.filter((name) => !spared.some((spare) => spare === name)),
        [],
        stderr,
      );
      assert.equal(witnesses.calls(), 0);
      assert.deepEqual(await readdir(folder), []);
    });

    it('fills no more of the disk than it may', async () => {
      // Programs in Go get an error instead of SIGXFSZ.
      const { output, folder } = await run(sandbox, 'disk', { fileBytes: 16 * 1024 * 1024 }, ['large']);
      assert.equal(output, '16\n');
      assert.equal((await stat(join(folder, 'large'))).size, 16 * 1024 * 1024);
    });

    it('takes no more processor time than it may', async () => {
      const { killedBy, reachedLimit } = await run(sandbox, 'cpu', { cpuSeconds: 1 });
      assert.deepEqual([killedBy, reachedLimit], ['SIGXCPU', 'cpuSeconds']);
    });

    it('takes no more memory and no more files than it may', async () => {
      const memory = await run(sandbox, 'memory', { addressSpaceBytes: 2 ** 30 });
      assert.ok(Number(memory.output) < 1024, memory.output + memory.stderr);
      const files = await run(sandbox, 'files', { openFiles: 50 });
      assert.ok(Number(files.output) > 0 && Number(files.output) < 50, files.output + files.stderr);
    });

    it('leaves no process behind when it is aborted', async () => {
      const folder = await mkdtemp(join(root, 'job-'));
      const stop = new AbortController();
      const seconds = `2000.${process.pid}${sandbox.layers.length}`;
      const running = runTool({ path: '/bin/sleep', sandbox }, [seconds], {
        ...{ folder, signal: stop.signal, timeoutSeconds: 1000 },
      });
      await waitFor('the tool to run', async () => isSleeping(seconds));
      stop.abort(new Error('stop'));
      await assert.rejects(running, /stop/);
      await waitFor('the tool to end', async () => processesWith(seconds).length === 0);
    });
  });
}
