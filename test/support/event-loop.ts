import { setImmediate } from 'node:timers/promises';

/** Runs the event loop `count` times. What has not happened by then waits for something other than the event loop. */
export async function runEventLoop(count = 100): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

/** Runs the event loop until a condition is true. The bound ends a test that hangs; it promises nothing about speed. */
export async function eventually(condition: () => boolean, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`gave up waiting for ${condition}`);
    await setImmediate();
  }
}
