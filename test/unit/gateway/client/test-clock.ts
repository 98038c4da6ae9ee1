/** A clock whose time moves only when somebody sleeps. It records each sleep, which ends at once. */
export function createTestClock() {
  let time = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => time,
    advance: (milliseconds: number) => {
      time += milliseconds;
    },
    async sleep(milliseconds: number, signal: AbortSignal) {
      signal.throwIfAborted();
      sleeps.push(milliseconds);
      time += milliseconds;
    },
  };
}
