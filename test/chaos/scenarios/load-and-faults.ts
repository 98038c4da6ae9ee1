import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioContext } from '../experiment.ts';
import type { FaultKind } from '../faults/fault.ts';
import { FAULTS } from '../faults/fault-kinds.ts';
import { injectFaults } from '../faults/inject.ts';
import { scheduleFaults } from '../faults/schedule.ts';
import { acceptedUploads, type History, openUploads } from '../history.ts';

const SECONDS_PER_FAULT = 8;
const REPORT_MS = 15_000;

/** Generates load for a number of seconds while every kind of fault that is possible on this machine is injected. */
export async function loadAndFaults(
  context: ScenarioContext,
  { seconds, seed }: { seconds: number; seed: number },
): Promise<void> {
  const { history, load, report, signal } = context;
  const kinds = possibleFaults(context);
  // The schedule is made for all kinds, so that a seed gives the same order on every machine.
  const names = FAULTS.map(({ name }) => name);
  const count = Math.round(seconds / SECONDS_PER_FAULT);
  const faults = scheduleFaults(seed, names, { seconds, count }).filter((fault) =>
    kinds.some(({ name }) => name === fault.kind),
  );
  report(`${faults.length} faults in ${Math.round(seconds)} s: ${faults.map(({ kind }) => kind).join(', ')}`);

  const enough = new AbortController();
  const stop = AbortSignal.any([signal, enough.signal]);
  const reporting = setInterval(() => report(progress(history)), REPORT_MS);
  try {
    const injecting = injectFaults(faults, kinds, context, report);
    const timing = sleep(seconds * 1000, undefined, { signal: stop }).catch(() => undefined);
    const stopping = Promise.all([injecting, timing]).finally(() => enough.abort());
    await Promise.all([load.run(stop), stopping]);
  } finally {
    clearInterval(reporting);
  }
  report(`The load is over: ${progress(history)}.`);
}

/** Reports the kinds that are left out. */
function possibleFaults({ harness, note, report }: ScenarioContext): readonly FaultKind[] {
  return FAULTS.filter(({ name, whyMissing }) => {
    const why = whyMissing?.(harness);
    if (why === undefined) return true;
    const line = `LEFT OUT: ${name}: ${why}`;
    note(line);
    report(line);
    return false;
  });
}

function progress(history: History): string {
  const sending = history.uploads.filter(({ state }) => state === 'sending').length;
  const [accepted, open] = [acceptedUploads(history), openUploads(history)].map(({ length }) => length);
  return `${accepted} jobs accepted, ${open} of them open; ${sending} uploads in progress; ${history.faults.length} faults`;
}
