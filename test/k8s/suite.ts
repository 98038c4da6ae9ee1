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

/** It is longer than the timeout of the tests themselves. On an idle machine, the short form takes a quarter of an hour. */
const TIMEOUT_MS = 125 * 60_000;

export interface SuiteOptions {
  repoRoot: string;
  short: boolean;
  /** Runs only the tests whose names match this regular expression. */
  grep?: string | undefined;
  /** Tests the system that is already deployed, and leaves it running. */
  running: boolean;
  /** Does not remove what it has deployed. */
  keep: boolean;
  /** The context of kubectl. Default: the one that is current at the start. */
  context: string | undefined;
  /** Arguments for npm run k8s:up. */
  upArgs: readonly string[];
  report: Report;
  signal: AbortSignal;
}

/** Deploys the system, tests it, and removes it with its data. Returns the counts and the table. */
export async function runInCluster(options: SuiteOptions): Promise<{ tests: TestCounts; table: string }> {
  const { running, keep, upArgs, report, signal } = options;
  const cluster = await openCluster({ context: options.context, report, signal });
  const here = ['--context', cluster.context];
  const isThere = await cluster.has(`namespace/${NAMESPACE}`);
  if (isThere && !running)
    throw new Error(
      `The namespace ${NAMESPACE} already exists in ${cluster.context}. Test the system in it with --running, or delete it first, with all its data: npm run k8s:down -- --volumes`,
    );
  await ensureFfmpeg(report, signal);
  try {
    if (!running) await runScript('up.ts', [...here, ...upArgs], options);
    return await restoringTheScaler(cluster.context, report, () => testSystem(cluster, options));
  } finally {
    if (!running && !keep)
      await runScript('down.ts', [...here, '--volumes'], { ...options, signal: neverAborted() });
  }
}

/** A signal that is never aborted, for what must be done after a Ctrl-C, too. */
const neverAborted = (): AbortSignal => new AbortController().signal;

/** Restores the autoscaler, even if the tests are stopped while they scale. */
async function restoringTheScaler<T>(context: string, report: Report, work: () => Promise<T>): Promise<T> {
  const scaler = await scalerOf(await openCluster({ context, report, signal: neverAborted() }));
  try {
    return await work();
  } finally {
    await scaler.restore();
  }
}

async function testSystem(cluster: Cluster, options: SuiteOptions) {
  const { repoRoot, short, grep, report, signal } = options;
  const stateDir = await newStateFolder(path.join(repoRoot, '.data', 'k8s'), report);
  const tests = await runTests(['test/k8s/system.test.ts'], {
    cwd: repoRoot,
    args: ['--test-isolation=none', ...(grep === undefined ? [] : [`--test-name-pattern=${grep}`])],
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

type ScriptOptions = Pick<SuiteOptions, 'repoRoot' | 'signal'>;

/** Runs one of our own commands in this terminal. */
async function runScript(
  name: string,
  args: readonly string[],
  { repoRoot, signal }: ScriptOptions,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [path.join(repoRoot, 'deploy/kubernetes', name), ...args], {
    cwd: repoRoot,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // The next command may undo what this one does, so it must have ended first, after a Ctrl-C as well.
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  const [code] = (await once(child, 'exit').finally(() => signal.removeEventListener('abort', stop))) as [
    number | null,
  ];
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`${name} failed with exit code ${code}; its messages are above.`);
}

/** Saves the logs of all containers and the events of the namespace before they are deleted. */
async function keepLogs(cluster: Cluster, folder: string, report: Report): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keep = async (name: string, args: string[]): Promise<void> => {
    const output = await cluster
      .ask(['--namespace', NAMESPACE, ...args])
      .catch((error: Error) => `${error.message}\n`);
    writeFileSync(path.join(folder, name), output, { mode: 0o600 });
  };
  await keep('events.txt', ['get', 'events', '--sort-by=.lastTimestamp']);
  await keep('pods.txt', ['get', 'pods', '-o', 'wide']);
  // Prints a line for each pod, with its name and the names of its containers.
  const names = '{.metadata.name}{" "}{.spec.initContainers[*].name}{" "}{.spec.containers[*].name}{"\\n"}';
  const list = ['get', 'pods', '-o', `jsonpath={range .items[*]}${names}{end}`];
  const pods = await cluster.ask(['--namespace', NAMESPACE, ...list]).catch(() => '');
  for (const [pod = '', ...containers] of pods.split('\n').map((line) => line.split(/ +/)))
    for (const container of containers)
      await keep(`${pod}.${container}.log`, ['logs', pod, '-c', container, '--tail=5000']);
  report(`Logs of all pods are in ${folder}, until the next run`);
}
