import { setImmediate } from 'node:timers/promises';

/** Lets everything run that is ready to: what has not happened after these turns waits for something. */
export async function turns(count = 100): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

/** Waits for what happens by itself; the bound is for a hung test, not a promise about time. */
export async function eventually(condition: () => boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`gave up waiting for ${condition}`);
    await setImmediate();
  }
}
