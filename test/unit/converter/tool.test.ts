import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, it } from 'node:test';
import { requireTool, runTool } from '../../../services/converter/tool.ts';
import { processesIn } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mp3converter-tool-'));
});
after(() => rm(folder, { recursive: true }));

const options = (signal = new AbortController().signal) => ({ folder, signal, timeoutSeconds: 1000 });
const shell = (script: string) => runTool('sh', ['-c', script], options());

it('tells exit code, output, and the last lines of what was said', async () => {
  const { code, output, stderr } = await shell('echo out; seq 1 50 >&2; exit 3');
  assert.deepEqual([code, output], [3, 'out\n']);
  assert.deepEqual([stderr.split('\n').length, stderr.split('\n').at(-1)], [20, '50']);
});

it('ends a tool that prints without end', async () => {
  assert.equal((await runTool('yes', [], options())).killedBy, 'SIGKILL');
});

it('ends a tool when it is aborted, and is back when that is gone', async () => {
  const stop = new AbortController();
  const reason = new Error('stop');
  const running = runTool('sleep', ['1000'], options(stop.signal));
  await until('the tool to run', async () => processesIn(folder).length > 0);
  stop.abort(reason);
  await assert.rejects(running, reason);
  assert.deepEqual(processesIn(folder), []);
  await assert.rejects(runTool('sleep', ['1000'], options(stop.signal)), reason);
});

it('the tool dies with us', { skip: process.platform !== 'linux' }, async () => {
  const module = new URL('../../../services/converter/tool.ts', import.meta.url);
  const source = `const { runTool } = await import('${module}');
    const signal = new AbortController().signal;
    const running = runTool('sleep', ['1000'], { folder: process.argv[1], signal, timeoutSeconds: 1000 });
    running.catch(() => undefined);
    console.log('started');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: child.stdout }), 'line');
  await until('the tool to run', async () => processesIn(folder).length > 0);
  child.kill('SIGKILL');
  await until('the tool to end', async () => processesIn(folder).length === 0);
});

it('says when a tool is not there', async () => {
  await assert.rejects(requireTool('/nowhere/ffmpeg'), /cannot be run/);
  await requireTool('ffprobe');
});
