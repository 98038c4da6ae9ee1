/** After a line about a failure, further ones of its kind are only counted for this long. */
const QUIET_MS = 10_000;
/** The most kinds that are counted separately. A message may contain text from a client, so there is no end of kinds. */
const MAX_KINDS = 50;
const OTHER = 'other';

/** Calls `write` for the first failure of a kind; for those that follow within seconds, `tellMore` with their number. */
export type FailureLog = (kind: string, write: () => void) => void;

/** Keeps a failure visible for as long as it lasts, without letting many requests fill the log. */
export function createFailureLog(tellMore: (kind: string, count: number) => void): FailureLog {
  /** How many were not written since the last line, by kind. */
  const unwritten = new Map<string, number>();

  function later(kind: string): void {
    setTimeout(() => {
      const count = unwritten.get(kind) ?? 0;
      if (count === 0) {
        unwritten.delete(kind);
        return;
      }
      tellMore(kind, count);
      unwritten.set(kind, 0);
      later(kind);
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
    later(kind);
  };
}
