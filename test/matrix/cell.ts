import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../deploy/process/run.ts';
import { readJson } from '../../services/shared/runtime/private-files.ts';
import { blobSpeed } from '../bench/blob-speed.ts';
import { NONE, runTests, type TestCounts } from '../support/run-tests.ts';
import { describeSystems, startTestSystem } from '../support/start-system.ts';
import { gatewaySidecar } from '../support/systems-under-test.ts';
import type { Counts } from './job-tracker.ts';

export interface Cell {
  pubsub: string;
  blobs: string;
}

export interface CellResult extends Cell {
  tests: TestCounts;
  /** Undefined when the tests came to no end. */
  counts: Counts | undefined;
  /** MiB/s. */
  speed: { put: number; get: number };
}

export interface CellOptions {
  repoRoot: string;
  runDir: string;
  /** Test files, one after the other: they kill what the others need. */
  files: readonly string[];
  /** Fewer MiB are measured, and only servers are killed. */
  short: boolean;
  report: Report;
  signal: AbortSignal;
}

/** Short, so that what takes a minute takes seconds; each within what the services allow. */
const ENV = { STALL_SECONDS: '12', LEASE_SECONDS: '6', KEEP_VIDEO_SECONDS: '30' };

const nameOf = ({ pubsub, blobs }: Cell): string => `${pubsub}+${blobs}`;
export const cellFolder = (runDir: string, cell: Cell): string => join(runDir, nameOf(cell));

/** A system of its own over one choice, with two converters and two notifications; gone when the result is there. */
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
    const speed = await blobSpeed(sidecar.state, { mib: short ? 64 : 256, runs: 3 });
    await sidecar.close();
    const env = {
      ...describeSystems([system], runDir),
      TEST_COUNTS: counts,
      ...(short && { TEST_SHORT: '1' }),
    };
    tests = await runTests(files, { cwd: repoRoot, concurrency: 1, env, folder: runDir, signal });
    return { ...cell, tests, speed, counts: readJson<Counts>(counts) };
  } finally {
    await system.stop();
    if (tests.passed > 0 && tests.failed === 0)
      rmSync(cellFolder(runDir, cell), { recursive: true, force: true });
  }
}
