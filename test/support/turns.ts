import { setImmediate } from 'node:timers/promises';

/** Lets everything run that is ready to: what has not happened after these turns waits for something. */
export async function turns(count = 100): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

/** Waits for what happens by itself; the limit is that of the test. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}
