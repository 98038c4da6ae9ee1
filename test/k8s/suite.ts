import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Cluster, NAMESPACE, openCluster } from '../../deploy/kubernetes/cluster.ts';
import { ensureFfmpeg } from '../../deploy/local/tools/tools.ts';
import type { Report } from '../../deploy/process/run.ts';
import { readIfThere } from '../../services/shared/runtime/private-files.ts';
import { runTests, type TestCounts } from '../support/run-tests.ts';
import { newStateFolder } from '../support/state-folder.ts';
import { scalerOf } from './scaler.ts';

/** Over that of the tests themselves. A quarter of an hour is enough for the short form on a machine that has nothing else to do. */
const TIMEOUT_MS = 125 * 60_000;

export interface SuiteOptions {
  repoRoot: string;
  short: boolean;
  /** Tests what runs there already, and leaves it running. */
  running: boolean;
  /** Leaves what it has deployed. */
  keep: boolean;
  /** Of kubectl; default: the current one, and that until the end. */
  context: string | undefined;
  /** For npm run k8s:up. */
  upArgs: readonly string[];
  report: Report;
  signal: AbortSignal;
}

/** Deploys the system, tests it, and takes it away again, with all that is stored. Returns the counts and the table. */
export async function runInCluster(options: SuiteOptions): Promise<{ tests: TestCounts; table: string }> {
  const { running, keep, upArgs, report, signal } = options;
  const cluster = await openCluster({ context: options.context, report, signal });
  const here = ['--context', cluster.context];
  const isThere = await cluster.has(`namespace/${NAMESPACE}`);
  if (isThere && !running)
    throw new Error(
      `The namespace ${NAMESPACE} is in ${cluster.context} already. Test what runs there with --running, or delete it first, with everything that is stored: npm run k8s:down -- --volumes`,
    );
  await ensureFfmpeg(report, signal);
  try {
    if (!running) await runScript('up.ts', [...here, ...upArgs], options);
    return await keepingTheScaler(cluster.context, report, () => testIt(cluster, options));
  } finally {
    if (!running && !keep)
      await runScript('down.ts', [...here, '--volumes'], { ...options, signal: uninterrupted() });
  }
}

/** For what has to be done after a Ctrl-C, too. */
const uninterrupted = (): AbortSignal => new AbortController().signal;

/** As it was, even when the tests are cut off in the middle of scaling. */
async function keepingTheScaler<T>(context: string, report: Report, work: () => Promise<T>): Promise<T> {
  const scaler = await scalerOf(await openCluster({ context, report, signal: uninterrupted() }));
  try {
    return await work();
  } finally {
    await scaler.restore();
  }
}

async function testIt(cluster: Cluster, options: SuiteOptions) {
  const { repoRoot, short, report, signal } = options;
  const stateDir = await newStateFolder(path.join(repoRoot, '.data', 'k8s'), report);
  const tests = await runTests(['test/k8s/system.test.ts'], {
    cwd: repoRoot,
    args: ['--test-isolation=none'],
    timeoutMs: TIMEOUT_MS,
    env: { K8S_CONTEXT: cluster.context, K8S_STATE: stateDir, K8S_LENGTH: short ? 'short' : 'full' },
    folder: stateDir,
    signal,
  });
  const table = readIfThere(path.join(stateDir, 'table.txt')) ?? '';
  if (tests.failed === 0) await rm(stateDir, { recursive: true, force: true });
  else await keepLogs(cluster, path.join(stateDir, 'logs'), report);
  return { tests, table };
}

type Place = Pick<SuiteOptions, 'repoRoot' | 'signal'>;

/** One of our own commands, with our terminal. */
async function runScript(name: string, args: readonly string[], { repoRoot, signal }: Place): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [path.join(repoRoot, 'deploy/kubernetes', name), ...args], {
    cwd: repoRoot,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // What comes next may undo what it does: it has to be gone first, after a Ctrl-C too.
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  const [code] = (await once(child, 'exit').finally(() => signal.removeEventListener('abort', stop))) as [
    number | null,
  ];
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`${name} failed (code ${code}); it has said why above.`);
}

/** What the containers said, and what Kubernetes did, before it is all taken away. */
async function keepLogs(cluster: Cluster, folder: string, report: Report): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keep = async (name: string, args: string[]): Promise<void> => {
    const said = await cluster
      .ask(['--namespace', NAMESPACE, ...args])
      .catch((error: Error) => `${error.message}\n`);
    writeFileSync(path.join(folder, name), said, { mode: 0o600 });
  };
  await keep('events.txt', ['get', 'events', '--sort-by=.lastTimestamp']);
  await keep('pods.txt', ['get', 'pods', '-o', 'wide']);
  // A line for each pod: its name, and those of its containers.
  const names = '{.metadata.name}{" "}{.spec.initContainers[*].name}{" "}{.spec.containers[*].name}{"\\n"}';
  const list = ['get', 'pods', '-o', `jsonpath={range .items[*]}${names}{end}`];
  const pods = await cluster.ask(['--namespace', NAMESPACE, ...list]).catch(() => '');
  for (const [pod = '', ...containers] of pods.split('\n').map((line) => line.split(/ +/)))
    for (const container of containers)
      await keep(`${pod}.${container}.log`, ['logs', pod, '-c', container, '--tail=5000']);
  report(`Logs of all pods are in ${folder}, until the next run`);
}
