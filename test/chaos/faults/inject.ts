import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../../deploy/process/run.ts';
import type { FaultRecord } from '../history.ts';
import type { FaultKind, Theatre } from './fault-kinds.ts';
import type { ScheduledFault } from './schedule.ts';

/** Injects one fault after the other, in their order, each at its time or as soon after as its target is up. Resolves when all are over. */
export async function injectAll(
  faults: readonly ScheduledFault[],
  kinds: readonly FaultKind[],
  theatre: Theatre,
  report: Report,
): Promise<void> {
  const { ledger, signal } = theatre;
  const start = performance.now();
  const lasting: Promise<void>[] = [];
  try {
    for (const { number, at: second, kind, choice } of faults) {
      await sleep(Math.max(0, second * 1000 - (performance.now() - start)), undefined, { signal });
      const { inject } = kinds.find(({ name }) => name === kind) as FaultKind;
      const { target, over } = await inject(theatre, choice);
      const at = Date.now();
      const record: FaultRecord = { number, kind, target, from: at, to: at };
      ledger.faults.push(record);
      report(`fault ${number} of ${faults.at(-1)?.number}: ${kind} (${target})`);
      if (over === undefined) continue;
      record.to = Number.POSITIVE_INFINITY;
      const ended = over.then(() => {
        record.to = Date.now();
      });
      // Told below, when the rest is over too.
      ended.catch(() => undefined);
      lasting.push(ended);
    }
  } catch (error) {
    await Promise.allSettled(lasting);
    throw error;
  }
  await Promise.all(lasting);
}
