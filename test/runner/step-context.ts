import type { Report } from '../../deploy/process/run.ts';
import type { TestCounts } from '../support/run-tests.ts';
import type { Selection } from './command-line.ts';

/** What the steps of a run need. */
export interface StepContext {
  selection: Selection;
  repoRoot: string;
  /** For logs and state of this run. */
  runDir: string;
  /** Arguments of `node --test` that choose tests by name. */
  grepArgs: readonly string[];
  report: Report;
  signal: AbortSignal;
}

export interface StepResult extends TestCounts {
  /** Why some tests could not run on this machine. */
  notTested?: string;
  /** What the programs of a failed step have complained of, the most frequent first. */
  logged?: readonly string[];
}
