import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import { requireTool, runTool } from '../../../../services/converter/ffmpeg/run-tool.ts';
import { processesIn } from '../../../support/processes.ts';
import { waitFor } from '../../../support/wait.ts';

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
  await waitFor('the tool to run', async () => processesIn(folder).length > 0);
  stop.abort(reason);
  await assert.rejects(running, reason);
  assert.deepEqual(processesIn(folder), []);
  await assert.rejects(runTool('sleep', ['1000'], options(stop.signal)), reason);
});

it('the tool dies with us', { skip: process.platform !== 'linux' }, async () => {
  const module = new URL('../../../../services/converter/ffmpeg/run-tool.ts', import.meta.url);
  const source = `const { runTool } = await import('${module}');
    const signal = new AbortController().signal;
    const running = runTool('sleep', ['1000'], { folder: process.argv[1], signal, timeoutSeconds: 1000 });
    running.catch(() => undefined);
    console.log('started');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: child.stdout }), 'line');
  await waitFor('the tool to run', async () => processesIn(folder).length > 0);
  child.kill('SIGKILL');
  await waitFor('the tool to end', async () => processesIn(folder).length === 0);
});

it('says when a tool is not there', async () => {
  await assert.rejects(requireTool('/nowhere/ffmpeg'), /cannot be run/);
  await requireTool('ffprobe');
});

for (const [what, script, take] of [
  ['standard output', 'echo a; exec sleep 1000', 'onOutputLine'],
  ['standard error', 'echo a >&2; exec sleep 1000', 'onLine'],
] as const) {
  it(`ends a tool when a line of its ${what} cannot be taken, and throws the reason`, {
    timeout: 20_000,
  }, async () => {
    const reason = new Error('not this line');
    const running = runTool('sh', ['-c', script], {
      ...options(),
      [take]() {
        throw reason;
      },
    });
    await assert.rejects(running, reason);
    assert.deepEqual(processesIn(folder), []);
  });
}

it('throws, and ends nothing else, when no process can be started for want of file descriptors', {
  skip: process.platform !== 'linux',
}, async () => {
  const module = new URL('../../../../services/converter/ffmpeg/run-tool.ts', import.meta.url);
  const source = `const { openSync } = await import('node:fs');
    const { runTool } = await import('${module}');
    const options = { folder: '/', signal: new AbortController().signal, timeoutSeconds: 1000 };
    await runTool('true', [], options);
    try { for (;;) openSync('/dev/null'); } catch {}
    await runTool('true', [], options).catch(({ code }) => console.log(code));`;
  const child = spawn(
    'sh',
    ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', source],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [said, exited] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.deepEqual([said, exited[0]], ['EMFILE\n', 0]);
});
