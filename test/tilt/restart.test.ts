import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { readProcessId } from '../../services/shared/runtime/process-id.ts';
import { waitFor } from '../support/wait.ts';

const restarter = readFileSync(path.resolve(import.meta.dirname, '../../tilt/restart.ts'), 'utf8');

const MAIN = `import { spawn } from 'node:child_process';
import { word } from '../shared/word.ts';
const alive = setInterval(() => {}, 1000);
process.once('SIGTERM', () => { if (word !== 'deaf') { clearInterval(alive); process.exitCode = 7; } });
if (word === 'deaf') console.log('up ffmpeg', spawn('sleep', ['600']).pid);
console.log('up', word, process.pid);
`;
/** How long a test waits for the end of a program that ignores SIGTERM. */
const STOP_MS = 5_000;
const wordModule = (word: string): string => `export const word: string = '${word}';\n`;

interface Pod {
  process: ChildProcess;
  /** Waits until a program has printed `up <word>`, and returns its process id. */
  up(word: string): Promise<number>;
  /** Saves a file as Tilt does: with tar, and then the signal. */
  save(file: string, text: string): void;
  output(): string;
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}

/** Starts the program as development.star does in a pod. */
function startPod(t: TestContext, word: string): Pod {
  const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-pod-'));
  const put = (root: string, file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, root, file)), { recursive: true });
    writeFileSync(path.join(folder, root, file), text);
  };
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  put('pod', 'services/shared/word.ts', wordModule(word));
  put('pod', 'services/gateway/main.ts', MAIN);
  const args = ['--input-type=module-typescript', '--eval', restarter, 'node', 'main.ts'];
  const child = spawn(process.execPath, args, {
    cwd: path.join(folder, 'pod', 'services', 'gateway'),
    env: { ...process.env, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  /** The process that printed this line last. It leads the process group of the running program. */
  const pidOf = (word: string): number | undefined => {
    const found = [...output.matchAll(new RegExp(`^up ${word} (\\d+)$`, 'gm'))].at(-1);
    return found && Number(found[1]);
  };
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timeout = setTimeout(() => {
        killGroup(pidOf('(?!ffmpeg)\\w+'));
        child.kill('SIGKILL');
      }, STOP_MS);
      await exited;
      clearTimeout(timeout);
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    process: child,
    output: () => output,
    up: (wanted) => waitFor(`«up ${wanted}»; the output was ${output}`, async () => pidOf(wanted)),
    save(file, text) {
      put('saved', file, text);
      const archive = execFileSync('tar', ['-C', path.join(folder, 'saved'), '-c', '-f', '-', file]);
      execFileSync('tar', ['-C', path.join(folder, 'pod'), '-x', '-f', '-'], { input: archive });
      child.kill('SIGHUP');
    },
  };
}

test('restarts the program on every save, not only on the first', async (t) => {
  const pod = startPod(t, 'one');
  const pids = [await pod.up('one')];
  for (const word of ['two', 'three', 'four']) {
    pod.save('services/shared/word.ts', wordModule(word));
    pids.push(await pod.up(word));
  }
  assert.equal(new Set(pids).size, pids.length);
  assert.deepEqual(
    pids.map((pid) => readProcessId(pid) !== undefined),
    [false, false, false, true],
  );
});

test('keeps running after a broken save and starts the program again after the fix', async (t) => {
  const pod = startPod(t, 'one');
  await pod.up('one');
  pod.save('services/shared/word.ts', 'export const word: string = ;\n');
  await waitFor('the broken program to end', async () => pod.output().includes('ended (code 1)'));
  pod.save('services/shared/word.ts', wordModule('two'));
  await pod.up('two');
  assert.equal(pod.process.exitCode, null);
});

test('restarts a program that ended by itself', async (t) => {
  const pod = startPod(t, 'one');
  const first = await pod.up('one');
  process.kill(first, 'SIGKILL');
  await waitFor('another process to start', async () => (await pod.up('one')) !== first);
});

test('kills a program that ignores SIGTERM together with its child processes', async (t) => {
  const pod = startPod(t, 'deaf');
  const pids = [await pod.up('ffmpeg'), await pod.up('deaf')];
  pod.save('services/shared/word.ts', wordModule('two'));
  await pod.up('two');
  await waitFor('both processes to end', async () => pids.every((pid) => readProcessId(pid) === undefined));
});

test('passes SIGTERM on and exits with the exit code of the program', async (t) => {
  const pod = startPod(t, 'one');
  const pid = await pod.up('one');
  pod.process.kill('SIGTERM');
  assert.deepEqual(await once(pod.process, 'exit'), [7, null]);
  assert.equal(readProcessId(pid), undefined);
});
