/** Things of which one tab of a browser at a time has each. A tab that is closed has nothing any more. */
export interface TabLock {
  /** Resolves with the function that gives the thing back, and with undefined where a tab has it, also this one. */
  tryAcquire(name: string): Promise<(() => void) | undefined>;
  /** Waits until no tab has it, and calls `onWait` once before it does. Rejects with the reason of the signal. */
  acquire(name: string, options: { onWait?: () => void; signal: AbortSignal }): Promise<() => void>;
  isTaken(name: string): Promise<boolean>;
}
