import { createBeginners } from '../../../services/converter/fairness/beginners.ts';
import { createQueuedJobs } from '../../../services/converter/fairness/queued-jobs.ts';
import { createTurns } from '../../../services/converter/fairness/turns.ts';
import { createJobStore } from '../../../services/shared/jobs/job-store.ts';
import { createLog } from '../../../services/shared/runtime/log.ts';
import type { StateStore } from '../../../services/shared/state/state-store.ts';
import { countingState } from '../../support/counting-state.ts';
import { timed } from '../statistics.ts';

export interface ChoiceCost {
  ms: number;
  requests: number;
}

/** Longer than every pause between two reads. */
const PAUSE_MS = 3600_000;
/** A read may have to go on after a converter would have given up waiting for it, which it does after a second. */
const MOST_WAITS = 120;

/**
 * Measures what a converter needs to choose the job that is next. `first` is the choice of one that has just started, and reads
 * every job. `later` is each further choice, which reads what has changed.
 */
export async function measureChoice(
  state: StateStore,
  queued: number,
): Promise<Record<'first' | 'later', ChoiceCost>> {
  const { counted, cost, reset } = countingState(state);
  let pauses = 0;
  const log = createLog('bench', 'silent');
  const waiting = createQueuedJobs({
    ...{ state: counted, jobs: createJobStore(counted), estimate: () => null },
    leaseMs: 20_000,
    stoppingSignal: new AbortController().signal,
    beginners: createBeginners(counted, log),
    log,
    now: () => performance.now() + pauses * PAUSE_MS,
  });
  const { first: choose } = createTurns();

  async function measure(): Promise<ChoiceCost> {
    reset();
    const [seconds] = await timed(async () => {
      for (let waits = 0; waits < MOST_WAITS; waits++) {
        await waiting.update();
        const all = waiting.all();
        if (all.length >= queued && choose(all)) return;
      }
      throw new Error(`${waiting.all().length} of ${queued} queued jobs were found`);
    });
    return { ms: seconds * 1000, requests: cost.calls };
  }

  const first = await measure();
  pauses++;
  return { first, later: await measure() };
}
