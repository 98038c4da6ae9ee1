import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../experiment.ts';
import { FAULTS } from '../faults/fault-kinds.ts';
import { injectAll } from '../faults/inject.ts';
import { schedule } from '../faults/schedule.ts';
import { accepted, type Ledger, open } from '../history.ts';

const SECONDS_PER_FAULT = 8;
const TELL_MS = 15_000;

/** Uploads for so long, and beside them every kind of fault that can be had here. */
export async function loadAndFaults(
  scene: Scene,
  { seconds, seed }: { seconds: number; seed: number },
): Promise<void> {
  const { stage, ledger, load, report, signal } = scene;
  const kinds = FAULTS.filter((fault) => {
    const missing = fault.missing?.(stage);
    if (missing) scene.note(`LEFT OUT: ${fault.name}: ${missing}`);
    if (missing) report(`LEFT OUT: ${fault.name}: ${missing}`);
    return missing === undefined;
  });
  // All of them, also those that cannot be had here: the seed gives the same order everywhere.
  const names = FAULTS.map(({ name }) => name);
  const count = Math.round(seconds / SECONDS_PER_FAULT);
  const faults = schedule(seed, names, { seconds, count }).filter((fault) =>
    kinds.some(({ name }) => name === fault.kind),
  );
  report(`${faults.length} faults in ${Math.round(seconds)} s: ${faults.map(({ kind }) => kind).join(', ')}`);

  const enough = new AbortController();
  const stop = AbortSignal.any([signal, enough.signal]);
  const telling = setInterval(() => report(progress(ledger)), TELL_MS);
  try {
    const injecting = injectAll(faults, kinds, scene, report);
    const timing = sleep(seconds * 1000, undefined, { signal: stop }).catch(() => undefined);
    const enoughOf = Promise.all([injecting, timing]).finally(() => enough.abort());
    await Promise.all([load.run(stop), enoughOf]);
  } finally {
    clearInterval(telling);
  }
  report(`The load is over: ${progress(ledger)}.`);
}

function progress(ledger: Ledger): string {
  const sending = ledger.uploads.filter(({ state }) => state === 'sending').length;
  return `${accepted(ledger).length} jobs accepted, ${open(ledger).length} of them open; ${sending} uploads under way; ${ledger.faults.length} faults`;
}
