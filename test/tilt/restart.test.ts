import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { readProcessId } from '../../deploy/process/process-id.ts';
import { until } from '../support/wait.ts';

const restarter = readFileSync(path.resolve(import.meta.dirname, '../../tilt/restart.ts'), 'utf8');

const MAIN = `import { spawn } from 'node:child_process';
import { word } from '../shared/word.ts';
const alive = setInterval(() => {}, 1000);
process.once('SIGTERM', () => { if (word !== 'deaf') { clearInterval(alive); process.exitCode = 7; } });
if (word === 'deaf') console.log('up ffmpeg', spawn('sleep', ['600']).pid);
console.log('up', word, process.pid);
`;
/** For what hears no SIGTERM. */
const PATIENCE_MS = 5_000;
const says = (word: string): string => `export const word: string = '${word}';\n`;

interface Pod {
  process: ChildProcess;
  /** The process ids that said so. */
  up(word: string): Promise<number>;
  /** As Tilt does: by tar, then the signal. */
  save(file: string, text: string): void;
  said(): string;
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

/** Started as development.star has it in a pod. */
function startPod(t: TestContext, word: string): Pod {
  const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-pod-'));
  const put = (root: string, file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, root, file)), { recursive: true });
    writeFileSync(path.join(folder, root, file), text);
  };
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  put('pod', 'services/shared/word.ts', says(word));
  put('pod', 'services/gateway/main.ts', MAIN);
  const args = ['--input-type=module-typescript', '--eval', restarter, 'node', 'main.ts'];
  const child = spawn(process.execPath, args, {
    cwd: path.join(folder, 'pod', 'services', 'gateway'),
    env: { ...process.env, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  /** The last that said so leads the group of the program that runs. */
  const pidOf = (word: string): number | undefined => {
    const found = [...said.matchAll(new RegExp(`^up ${word} (\\d+)$`, 'gm'))].at(-1);
    return found && Number(found[1]);
  };
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => {
        killGroup(pidOf('(?!ffmpeg)\\w+'));
        child.kill('SIGKILL');
      }, PATIENCE_MS);
      await gone;
      clearTimeout(late);
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    process: child,
    said: () => said,
    up: (wanted) => until(`«up ${wanted}»; it said ${said}`, async () => pidOf(wanted)),
    save(file, text) {
      put('saved', file, text);
      const archive = execFileSync('tar', ['-C', path.join(folder, 'saved'), '-c', '-f', '-', file]);
      execFileSync('tar', ['-C', path.join(folder, 'pod'), '-x', '-f', '-'], { input: archive });
      child.kill('SIGHUP');
    },
  };
}

test('every save starts the program anew, not the first alone', async (t) => {
  const pod = startPod(t, 'one');
  const pids = [await pod.up('one')];
  for (const word of ['two', 'three', 'four']) {
    pod.save('services/shared/word.ts', says(word));
    pids.push(await pod.up(word));
  }
  assert.equal(new Set(pids).size, pids.length);
  assert.deepEqual(
    pids.map((pid) => readProcessId(pid) !== undefined),
    [false, false, false, true],
  );
});

test('a broken save waits for its fix', async (t) => {
  const pod = startPod(t, 'one');
  await pod.up('one');
  pod.save('services/shared/word.ts', 'export const word: string = ;\n');
  await until('the end of what is broken', async () => pod.said().includes('ended (code 1)'));
  pod.save('services/shared/word.ts', says('two'));
  await pod.up('two');
  assert.equal(pod.process.exitCode, null);
});

test('what ends by itself comes again', async (t) => {
  const pod = startPod(t, 'one');
  const first = await pod.up('one');
  process.kill(first, 'SIGKILL');
  await until('another process', async () => (await pod.up('one')) !== first);
});

test('what does not stop is killed, with what it has started', async (t) => {
  const pod = startPod(t, 'deaf');
  const pids = [await pod.up('ffmpeg'), await pod.up('deaf')];
  pod.save('services/shared/word.ts', says('two'));
  await pod.up('two');
  await until('the end of both', async () => pids.every((pid) => readProcessId(pid) === undefined));
});

test('SIGTERM reaches the program, whose exit code is the pod’s', async (t) => {
  const pod = startPod(t, 'one');
  const pid = await pod.up('one');
  pod.process.kill('SIGTERM');
  assert.deepEqual(await once(pod.process, 'exit'), [7, null]);
  assert.equal(readProcessId(pid), undefined);
});
