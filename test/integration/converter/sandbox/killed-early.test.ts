import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { runTool } from '../../../../services/converter/ffmpeg/run-tool.ts';
import { waitFor } from '../../../support/wait.ts';
import { processesWith } from './processes-with.ts';
import { partsOf, sandboxRows } from './sandboxes.ts';

/** Moments in ms after a start. Each part of a box is being set up at one of them. */
const MOMENTS = Array.from({ length: 100 }, (_, index) => index / 2.5);
const AT_A_TIME = 6;
/** What is left behind by mistake ends by itself, long after the test. */
const SECONDS = 600;

const folder = await mkdtemp(join(tmpdir(), 'mp3converter-killed-'));
after(() => rm(folder, { recursive: true }));
const rows = await sandboxRows(['/bin/sleep'], new AbortController().signal);

for (const [index, { name, sandbox, skip }] of rows.entries()) {
  describe(`a tool that starts in a sandbox of ${name}`, { skip, timeout: 300_000 }, () => {
    it('ends, with all that belongs to it, at whatever moment it is aborted', async () => {
      const seconds = `${SECONDS}.${process.pid}${index}1`;
      const abortedAt = async (moment: number): Promise<void> => {
        if (!sandbox) return;
        const stop = new AbortController();
        const options = { folder, signal: stop.signal, timeoutSeconds: 1000 };
        setTimeout(() => stop.abort(new Error('stop')), moment);
        await assert.rejects(runTool({ path: '/bin/sleep', sandbox }, [seconds], options), /stop/);
      };
      for (let first = 0; first < MOMENTS.length; first += AT_A_TIME)
        await Promise.all(MOMENTS.slice(first, first + AT_A_TIME).map(abortedAt));
      await waitFor('everything to end', () => processesWith(seconds).length === 0);
    });

    it('ends, with all that belongs to it, at whatever moment the converter is killed', async () => {
      const seconds = `${SECONDS}.${process.pid}${index}2`;
      for (let moment = 4; moment < 64; moment += 6) await killConverter(partsOf(name), seconds, moment);
      await waitFor('everything to end', () => processesWith(seconds).length === 0);
    });
  });
}

/** Starts a process that starts tools one after the other, and kills itself after some milliseconds. */
async function killConverter(parts: object, seconds: string, moment: number): Promise<void> {
  const module = (path: string) =>
    JSON.stringify(new URL(`../../../../services/converter/${path}`, import.meta.url).href);
  const source = `const { runTool } = await import(${module('ffmpeg/run-tool.ts')});
    const { createSandbox } = await import(${module('sandbox/confined.ts')});
    const sandbox = createSandbox(${JSON.stringify({ ...parts, tools: ['/bin/sleep'] })});
    const options = { folder: ${JSON.stringify(folder)}, signal: new AbortController().signal, timeoutSeconds: 1000 };
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${moment});
    for (;;) {
      runTool({ path: '/bin/sleep', sandbox }, ['${seconds}'], options).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'ignore' });
  await once(child, 'exit');
}
