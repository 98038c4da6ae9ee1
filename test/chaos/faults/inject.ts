import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../../deploy/process/run.ts';
import type { FaultRecord } from '../../verdict/evidence.ts';
import type { FaultContext, FaultKind } from './fault.ts';
import type { ScheduledFault } from './schedule.ts';

/**
 * Injects the faults in their order, each at its time or, if its target is down then, as soon as the target runs. Resolves when
 * all faults are over.
 */
export async function injectFaults(
  faults: readonly ScheduledFault[],
  kinds: readonly FaultKind[],
  context: FaultContext,
  report: Report,
): Promise<void> {
  const { history, signal } = context;
  const start = performance.now();
  const pending: Promise<void>[] = [];
  try {
    for (const { number, at: second, kind, choice } of faults) {
      await sleep(Math.max(0, second * 1000 - (performance.now() - start)), undefined, { signal });
      const { inject } = kinds.find(({ name }) => name === kind) as FaultKind;
      const { target, over } = await inject(context, choice);
      const at = Date.now();
      const record: FaultRecord = { number, kind, target, from: at, to: at };
      history.faults.push(record);
      report(`fault ${number} of ${faults.at(-1)?.number}: ${kind} (${target})`);
      if (over) pending.push(recordEnd(record, over));
    }
  } catch (error) {
    await Promise.allSettled(pending);
    throw error;
  }
  await Promise.all(pending);
}

function recordEnd(record: FaultRecord, over: Promise<void>): Promise<void> {
  record.to = Number.POSITIVE_INFINITY;
  const ended = over.then(() => {
    record.to = Date.now();
  });
  // injectFaults() awaits it later. Until then, a failure must not count as an unhandled rejection.
  ended.catch(() => undefined);
  return ended;
}
