/** After a log line about a failure, further failures of its kind are only counted for this long. */
const QUIET_MS = 10_000;
/**
 * The most kinds that are counted separately. Messages may contain text from clients, so the number of kinds has no bound.
 */
const MAX_KINDS = 50;
const OTHER = 'other';

/** Calls `write` for the first failure of a kind. Failures of this kind that follow within seconds are counted. */
export type FailureLog = (kind: string, write: () => void) => void;

/**
 * Shows a failure in the log for as long as it lasts, without a line for each of many requests. `writeCount` gets the
 * number of failures that were only counted.
 */
export function createFailureLog(writeCount: (kind: string, count: number) => void): FailureLog {
  /** The number of failures since the last line, by kind. */
  const unwritten = new Map<string, number>();

  function scheduleCount(kind: string): void {
    setTimeout(() => {
      const count = unwritten.get(kind) ?? 0;
      if (count === 0) {
        unwritten.delete(kind);
        return;
      }
      writeCount(kind, count);
      unwritten.set(kind, 0);
      scheduleCount(kind);
    }, QUIET_MS).unref();
  }

  return (given, write) => {
    const kind = unwritten.has(given) || unwritten.size < MAX_KINDS ? given : OTHER;
    const count = unwritten.get(kind);
    if (count !== undefined) {
      unwritten.set(kind, count + 1);
      return;
    }
    unwritten.set(kind, 0);
    write();
    scheduleCount(kind);
  };
}
