/** A debt is forgotten when the account has had no work in progress for this long. It is also what bounds the accounts in memory. */
const MEMORY_MS = 10 * 60_000;

/** Work that was begun, and for which somebody is charged. */
interface Running {
  /** Seconds that it was estimated to take. */
  estimate: number;
  begunAt: number;
}

interface Account {
  /** Seconds of the work that has ended, and of the time in which the account had no work. */
  settled: number;
  running: Set<Running>;
  /** When its last work ended. */
  endedAt: number;
}

/** Seconds of work for which accounts are charged, to know whose turn is next: the account that is charged least. */
export interface Charges {
  /** Accounts in memory. */
  readonly size: number;
  /** Seconds that count for the next work of an account. */
  of(account: string): number;
  /**
   * Charges the account for work that begins. The estimate counts until the work takes longer. The returned function is to be
   * called once at the end, from which on the seconds that it took count.
   */
  begin(account: string, estimate: number): () => void;
  /** All accounts are equal again. To be called when nobody has work and nobody waits. */
  clear(): void;
}

/**
 * Start-time fair queueing (Goyal, Vin, Cheng, 1996): an account that comes, or comes back, begins at the charge of the work that
 * was begun last. So it is served soon, and gets no credit for the time in which it wanted nothing, with which it could keep the others
 * waiting. In two cases a debt ends: with the busy period, as in the paper, and some minutes after the last work of the account. Otherwise
 * accounts that come for the first time, one after another, would keep out whoever has had a long film, because they do not raise the
 * virtual time.
 *
 * @param now milliseconds of a monotonic clock
 */
export function createCharges(now: () => number): Charges {
  /** In the order in which their last work ended, apart from those with work in progress. */
  const accounts = new Map<string, Account>();
  let virtualTime = 0;

  const elapsed = ({ begunAt }: Running) => (now() - begunAt) / 1000;
  const runningSeconds = ({ running }: Account): number =>
    running.values().reduce((sum, work) => sum + Math.max(work.estimate, elapsed(work)), 0);
  const isOver = ({ running, endedAt }: Account): boolean =>
    running.size === 0 && now() - endedAt >= MEMORY_MS;

  function of(name: string): number {
    const account = accounts.get(name);
    if (!account || isOver(account)) return virtualTime;
    return Math.max(virtualTime, account.settled + runningSeconds(account));
  }

  /** Looks at those that are dropped, at those with work in progress, and at one more. */
  function forgetOver(): void {
    for (const [name, account] of accounts) {
      if (isOver(account)) accounts.delete(name);
      else if (account.running.size === 0) return;
    }
  }

  return {
    get size() {
      return accounts.size;
    },
    of,
    begin(name, estimate) {
      const charge = of(name);
      const account = accounts.get(name) ?? { settled: 0, running: new Set(), endedAt: now() };
      accounts.set(name, account);
      account.settled = charge - runningSeconds(account);
      virtualTime = Math.max(virtualTime, charge);
      const work = { estimate, begunAt: now() };
      account.running.add(work);
      return () => {
        account.running.delete(work);
        account.settled += elapsed(work);
        account.endedAt = now();
        // An account that was cleared meanwhile owes nothing.
        if (accounts.get(name) === account) {
          accounts.delete(name);
          accounts.set(name, account);
        }
        forgetOver();
      };
    },
    clear: () => accounts.clear(),
  };
}
