import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { tryTool } from '../../../../services/converter/ffmpeg/try-tool.ts';
import {
  LAUNCHER,
  type OpenSandboxOptions,
  openSandbox,
} from '../../../../services/converter/sandbox/open-sandbox.ts';
import { waitFor } from '../../../support/wait.ts';
import { isSleeping, processesWith } from './processes-with.ts';
import { partsOf, sandboxRows } from './sandboxes.ts';

const tools = ['ffmpeg', 'ffprobe'];
const rows = await sandboxRows(tools, new AbortController().signal);
const possible = rows.filter(({ skip }) => !skip);
const open = (options: Partial<OpenSandboxOptions>) =>
  openSandbox({ mode: 'auto', tools, folder: spool, ...options }, tryTool);
const spool = await mkdtemp(join(tmpdir(), 'mp3converter-spool-'));
after(() => rm(spool, { recursive: true }));

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

  it('takes no namespaces as process 1, which does not reap what bubblewrap leaves', async () => {
    const { sandbox, missing } = await open({ isInit: true });
    assert.ok(!sandbox.layers.includes('namespaces'));
    assert.match(missing.join(), /process 1/);
  });

  it('filters system calls where files cannot be hidden, and refuses that where it is required', async () => {
    const options = { launcher: await launcherWithoutLandlock(), bwrap: '/nowhere/bwrap' };
    assert.deepEqual((await open(options)).sandbox.layers, ['seccomp', 'limits']);
    await assert.rejects(open({ ...options, mode: 'required' }), /cannot be confined here/);
  });

  it('refuses a spool that every run could read, also where it may go without a sandbox', async () => {
    await assert.rejects(open({ readable: [tmpdir()] }), /SPOOL_DIR lies in/);
  });

  it('throws, and does not go without a sandbox, where the spool is missing', async () => {
    await assert.rejects(open({ folder: '/nowhere' }), /ENOENT/);
  });

  it('asks for no folder but the spool', async () => {
    const { TMPDIR } = process.env;
    process.env.TMPDIR = '/nowhere';
    try {
      assert.deepEqual((await open({})).sandbox.layers, possible[0]?.sandbox?.layers);
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });

  it('tries a tool once more before it gives up a layer', async () => {
    let tries = 0;
    const { sandbox } = await openSandbox({ mode: 'auto', tools, folder: spool }, async (tool, folder) => {
      tries += 1;
      if (tries === 1) throw new Error('too busy');
      await tryTool(tool, folder);
    });
    assert.deepEqual(sandbox.layers, possible[0]?.sandbox?.layers);
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

async function launcherWithoutLandlock(): Promise<string> {
  const file = join(spool, 'confine');
  const script = `#!/bin/sh
[ "$1" = --check ] && echo '{"landlock":0,"seccomp":true}' || exec '${LAUNCHER}' "$@"\n`;
  await writeFile(file, script, { mode: 0o700 });
  return file;
}

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
