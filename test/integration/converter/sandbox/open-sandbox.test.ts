import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { tryTool } from '../../../../services/converter/ffmpeg/try-tool.ts';
import { type OpenSandboxOptions, openSandbox } from '../../../../services/converter/sandbox/open-sandbox.ts';
import { waitFor } from '../../../support/wait.ts';
import { isSleeping, processesWith } from './processes-with.ts';
import { partsOf, sandboxRows } from './sandboxes.ts';

const tools = ['ffmpeg', 'ffprobe'];
const rows = await sandboxRows(tools, new AbortController().signal);
const possible = rows.filter(({ skip }) => !skip);
const open = (options: Partial<OpenSandboxOptions>) =>
  openSandbox({ mode: 'auto', tools, ...options }, tryTool);

describe('openSandbox', { skip: possible.length === 0 && 'no sandbox can be had here' }, () => {
  it('takes the strongest layers in which ffmpeg and ffprobe start', async () => {
    const { sandbox, missing } = await open({ mode: 'required' });
    assert.deepEqual(sandbox.layers, possible[0]?.sandbox?.layers, missing.join());
  });

  it('takes no namespaces, and says why, where there is no bubblewrap', async () => {
    const { sandbox, missing } = await open({ bwrap: '/nowhere/bwrap' });
    assert.ok(!sandbox.layers.includes('namespaces'));
    assert.match(missing.join(), /bubblewrap is not installed/);
  });

  it('goes on to the next layers where bubblewrap fails', async () => {
    const { sandbox, missing } = await open({ bwrap: '/bin/false' });
    assert.ok(!sandbox.layers.includes('namespaces'));
    assert.match(missing.join(), /^namespaces.*: ffmpeg -version ended with 1/);
  });

  it('is off where nothing works, and refuses to be where it is required, with what to do', async () => {
    const options = { launcher: '/nowhere/confine' };
    assert.deepEqual((await open(options)).sandbox.layers, []);
    await assert.rejects(
      open({ ...options, mode: 'required' }),
      /cannot be confined here:[\s\S]*npm run setup/,
    );
  });

  it('is off where it is told to be', async () => {
    assert.deepEqual((await open({ mode: 'off' })).sandbox.layers, []);
  });
});

describe('a tool in a sandbox', () => {
  for (const [index, { name, skip }] of rows.entries()) {
    it(`dies with the converter in ${name}`, { skip }, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mp3converter-killed-'));
      const seconds = `1000.${process.pid}${index}`;
      const module = (path: string) =>
        JSON.stringify(new URL(`../../../../services/converter/${path}`, import.meta.url).href);
      const parts = { ...partsOf(name), tools: ['sleep'] };
      const source = `const { runTool } = await import(${module('ffmpeg/run-tool.ts')});
        const { createSandbox } = await import(${module('sandbox/confined.ts')});
        const sandbox = createSandbox(${JSON.stringify(parts)});
        const options = { folder: process.argv[1], signal: new AbortController().signal, timeoutSeconds: 1000 };
        runTool({ path: 'sleep', sandbox }, [process.argv[2]], options).catch(console.error);
        console.log('started');`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', source, folder, seconds], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        await once(createInterface({ input: child.stdout }), 'line');
        await waitFor('the tool to run', async () => isSleeping(seconds));
        child.kill('SIGKILL');
        await waitFor('everything to end', async () => processesWith(seconds).length === 0);
      } finally {
        child.kill('SIGKILL');
        await rm(folder, { recursive: true });
      }
    });
  }
});
