import type { Report } from '../../deploy/process/run.ts';
import type { TestCounts } from '../support/run-tests.ts';
import type { PartName } from './parts.ts';
import { runBench } from './suite.ts';

/** Cheap parts, which together use films, uploads, conversions, a sidecar and autocannon. */
const QUICK_PARTS: readonly PartName[] = ['convert', 'blobs', 'requests'];

/** The quick form of `npm run bench` for `npm test`. Each part counts as a test: that it runs and measures something, not how fast it is. */
export async function runQuickBench(report: Report, signal: AbortSignal): Promise<TestCounts> {
  const options = { blobs: 'sqlite', runs: 1, parts: QUICK_PARTS, isQuick: true };
  const { rows } = await runBench({ ...options, report, signal });
  const isMeasured = (name: PartName): boolean =>
    rows.some(({ part, values }) => part === name && values.every((value) => value > 0) && values.length > 0);
  const failures = QUICK_PARTS.filter((name) => !isMeasured(name)).map((name) => `${name} measured nothing`);
  return { passed: QUICK_PARTS.length - failures.length, failed: failures.length, skipped: 0, failures };
}
