import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import { SandboxFailure } from '../../../../services/converter/failure.ts';
import { requireTool } from '../../../../services/converter/ffmpeg/require-tool.ts';
import { runTool } from '../../../../services/converter/ffmpeg/run-tool.ts';
import type { Sandbox } from '../../../../services/converter/sandbox/sandbox.ts';
import { processesIn } from '../../../support/processes.ts';
import { unconfined } from '../../../support/tools.ts';
import { waitFor } from '../../../support/wait.ts';

const noSandbox = new URL('../../../../services/converter/sandbox/no-sandbox.ts', import.meta.url);
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mp3converter-tool-'));
});
after(() => rm(folder, { recursive: true }));

const options = (signal = new AbortController().signal) => ({ folder, signal, timeoutSeconds: 1000 });
const shell = (script: string) => runTool(unconfined('sh'), ['-c', script], options());

it('runTool returns exit code, standard output, and the last lines of standard error', async () => {
  const { code, output, stderr } = await shell('echo out; seq 1 50 >&2; exit 3');
  assert.deepEqual([code, output], [3, 'out\n']);
  assert.deepEqual([stderr.split('\n').length, stderr.split('\n').at(-1)], [20, '50']);
});

it('runTool kills a tool that prints without end', async () => {
  const { killedBy, isOutputTooLong } = await runTool(unconfined('yes'), [], options());
  assert.deepEqual([killedBy, isOutputTooLong], ['SIGKILL', true]);
});

it('runTool holds no more than 64 KiB of a line of standard error, and kills a tool that prints too many bytes', async () => {
  let [longest, lines] = [0, 0];
  const { killedBy, isOutputTooLong, stderr } = await runTool(
    unconfined('sh'),
    ['-c', 'exec tr "\\0" a < /dev/zero >&2'],
    {
      ...options(),
      maxErrorBytes: 4 * 1024 * 1024,
      onLine(line) {
        longest = Math.max(longest, line.length);
        lines += 1;
      },
    },
  );
  assert.deepEqual([killedBy, isOutputTooLong, lines], ['SIGKILL', true, 1]);
  assert.deepEqual([longest, stderr.length], [64 * 1024, 500]);
});

it('runTool splits standard error at line feeds and at the carriage returns of progress, also within a character', async () => {
  const seen: string[] = [];
  const script = `printf 'one\\rtwo\\r\\nf\\303' >&2; sleep 0.1; printf '\\274r\\nlast' >&2`;
  await runTool(unconfined('sh'), ['-c', script], { ...options(), onLine: (line) => seen.push(line) });
  assert.deepEqual(
    seen.filter((line) => line !== ''),
    ['one', 'two', 'für', 'last'],
  );
});

it('runTool kills the tool when it is aborted, and throws after the tool has ended', async () => {
  const stop = new AbortController();
  const reason = new Error('stop');
  const running = runTool(unconfined('sleep'), ['1000'], options(stop.signal));
  await waitFor('the tool to run', async () => processesIn(folder).length > 0);
  stop.abort(reason);
  await assert.rejects(running, reason);
  assert.deepEqual(processesIn(folder), []);
  await assert.rejects(runTool(unconfined('sleep'), ['1000'], options(stop.signal)), reason);
});

it('runTool lets the tool die with this process', { skip: process.platform !== 'linux' }, async () => {
  const module = new URL('../../../../services/converter/ffmpeg/run-tool.ts', import.meta.url);
  const source = `const { runTool } = await import('${module}');
    const { noSandbox: sandbox } = await import('${noSandbox}');
    const signal = new AbortController().signal;
    const running = runTool({ path: 'sleep', sandbox }, ['1000'], { folder: process.argv[1], signal, timeoutSeconds: 1000 });
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

it('runTool throws a failure of its own, which does not blame the file, when the sandbox does not start', async () => {
  const sandbox: Sandbox = {
    layers: ['landlock', 'seccomp', 'limits'],
    commandLine: async () => ['sh', '-c', 'echo "confine: no room" >&2; exit 125'],
  };
  await assert.rejects(runTool({ path: 'ffmpeg', sandbox }, [], options()), SandboxFailure);
});

it('runTool passes on all that a tool writes to the file descriptor 3, in memory that it uses again', async () => {
  const last = 500_000;
  const memory = new Set<ArrayBufferLike>();
  const decoder = new TextDecoder();
  let written = '';
  const { code } = await runTool(unconfined('sh'), ['-c', `seq ${last} >&3`], {
    ...options(),
    onData(bytes) {
      memory.add(bytes.buffer);
      written += decoder.decode(bytes);
    },
  });
  assert.equal(code, 0);
  const expected = Array.from({ length: last }, (_, index) => `${index + 1}\n`).join('');
  assert.ok(written === expected, 'other bytes than those that were written');
  assert.equal(memory.size, 1);
});

it('requireTool returns the version of the tool, and throws when it is missing', async () => {
  await assert.rejects(requireTool('/nowhere/ffmpeg'), /cannot be run/);
  assert.match(await requireTool('ffprobe'), /^[\dN]/);
});

for (const [what, script, listener] of [
  ['standard output', 'echo a; exec sleep 1000', 'onOutputLine'],
  ['standard error', 'echo a >&2; exec sleep 1000', 'onLine'],
  ['file descriptor 3', 'echo a >&3; exec sleep 1000', 'onData'],
] as const) {
  it(`runTool kills the tool and throws when the listener for its ${what} throws`, {
    timeout: 120_000,
  }, async () => {
    const reason = new Error('the listener failed');
    const running = runTool(unconfined('sh'), ['-c', script], {
      ...options(),
      [listener]() {
        throw reason;
      },
    });
    await assert.rejects(running, reason);
    assert.deepEqual(processesIn(folder), []);
  });
}

it('runTool throws, and does not end this process, when there are no file descriptors for a new one', {
  skip: process.platform !== 'linux',
}, async () => {
  const module = new URL('../../../../services/converter/ffmpeg/run-tool.ts', import.meta.url);
  const source = `const { openSync } = await import('node:fs');
    const { runTool } = await import('${module}');
    const { noSandbox: sandbox } = await import('${noSandbox}');
    const options = { folder: '/', signal: new AbortController().signal, timeoutSeconds: 1000 };
    await runTool({ path: 'true', sandbox }, [], options);
    try { for (;;) openSync('/dev/null'); } catch {}
    const { PassThrough } = await import('node:stream');
    const streams = { input: new PassThrough(), dataOutput: new PassThrough() };
    for (const more of [{}, streams, { onData() {} }]) {
      await runTool({ path: 'true', sandbox }, [], { ...options, ...more }).catch(({ code }) => console.log(code));
    }`;
  const child = spawn(
    'sh',
    ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', source],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [printed, exited] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.deepEqual([printed, exited[0]], ['EMFILE\nEMFILE\nEMFILE\n', 0]);
});
