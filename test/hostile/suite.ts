import { availableParallelism } from 'node:os';
import type { TestCounts } from '../support/run-tests.ts';
import { titleOf } from './hostile-file.ts';
import { runCorpus } from './run-corpus.ts';
import { describeRun } from './table.ts';

const MUTATIONS = 2000;

/** The short form of `npm run test:hostile` for `npm test`. Each file counts as a test, and so does a silent witness. */
export async function runShortCorpus({
  seed,
  report,
  signal,
}: {
  seed: number;
  report(line: string): void;
  signal: AbortSignal;
}): Promise<TestCounts> {
  report(`hostile files of the seed ${seed}`);
  const run = await runCorpus({
    ...{ seed, mutations: MUTATIONS, only: '', isShort: true, jobs: availableParallelism(), report, signal },
    onResult(result) {
      if (result.faults.length > 0) report(`FAULT ${titleOf(result)}: ${result.faults.join('; ')}`);
    },
  });
  console.log(describeRun(run));
  const failures = run.results
    .filter(({ faults }) => faults.length > 0)
    .map((result) => `${titleOf(result)}: ${result.faults.join('; ')}`);
  const failed = failures.length;
  if (failed > 0)
    report(`To see these files: npm run test:hostile -- --short --seed ${seed} --keep <folder>`);
  return { passed: run.results.length - failed, failed: failed + run.silent.length, skipped: 0, failures };
}
