import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../deploy/process/run.ts';
import { readJson } from '../../services/shared/runtime/private-files.ts';
import { blobSpeed } from '../bench/blob-speed.ts';
import { NONE, runTests, type TestCounts } from '../support/run-tests.ts';
import { describeSystems, startTestSystem } from '../support/start-system.ts';
import { gatewaySidecar } from '../support/systems-under-test.ts';
import type { JobCounts } from './job-tracker.ts';

/** One choice of infrastructure. */
export interface Cell {
  pubsub: string;
  blobs: string;
}

export interface CellResult extends Cell {
  tests: TestCounts;
  /** Undefined if the tests did not run to their end. */
  counts: JobCounts | undefined;
  /** MiB/s. */
  speed: { put: number; get: number };
}

export interface CellOptions {
  repoRoot: string;
  runDir: string;
  /** Test files. They run one after the other, because each kills servers that the others need. */
  files: readonly string[];
  /** Measures fewer MiB, and kills only servers. */
  short: boolean;
  report: Report;
  signal: AbortSignal;
}

/** Short times, within what the services allow, so that what usually takes a minute happens within seconds. */
const ENV = { STALL_SECONDS: '12', LEASE_SECONDS: '6', KEEP_VIDEO_SECONDS: '30' };

const nameOf = ({ pubsub, blobs }: Cell): string => `${pubsub}+${blobs}`;
export const cellFolder = (runDir: string, cell: Cell): string => join(runDir, nameOf(cell));

/** Runs the tests over a system of its own, with two converters and two notifications. The system is stopped afterwards. */
export async function runCell(cell: Cell, options: CellOptions): Promise<CellResult> {
  const { repoRoot, runDir, files, short, signal } = options;
  const name = nameOf(cell);
  const replicas = { converter: 2, notification: 2 };
  const system = await startTestSystem({
    ...options,
    name,
    choice: cell,
    replicas,
    env: ENV,
    superviseServers: true,
  });
  let tests = NONE;
  const counts = join(runDir, `${name}.json`);
  try {
    const sidecar = gatewaySidecar(system.view);
    await sidecar.limitWrites(signal);
    await sidecar.useRawBytes(signal);
    const speed = await blobSpeed(sidecar.state, { mib: short ? 64 : 256, runs: 3 });
    await sidecar.close();
    const env = {
      ...describeSystems([system], runDir),
      TEST_COUNTS: counts,
      ...(short && { TEST_SHORT: '1' }),
    };
    tests = await runTests(files, { cwd: repoRoot, concurrency: 1, env, folder: runDir, signal });
    return { ...cell, tests, speed, counts: readJson<JobCounts>(counts) };
  } finally {
    await system.stop();
    if (tests.passed > 0 && tests.failed === 0)
      rmSync(cellFolder(runDir, cell), { recursive: true, force: true });
  }
}
