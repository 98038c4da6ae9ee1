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
}

/** Seconds of work for which accounts are charged, to know whose turn is next: the account that is charged least. */
export interface Charges {
  /** Seconds that count for the next work of an account. */
  of(account: string): number;
  /**
   * Charges the account for work that begins. The estimate counts until the work takes longer. The returned function is to be
   * called once at the end, from which on the seconds that it took count.
   */
  begin(account: string, estimate: number): () => void;
}

/**
 * Start-time fair queueing (Goyal, Vin, Cheng, 1996): an account that comes, or comes back, begins at the charge of the work that
 * was begun last. So it is served soon, and gets no credit for the time in which it wanted nothing, with which it could keep the others
 * waiting.
 *
 * @param now milliseconds of a monotonic clock
 */
export function createCharges(now: () => number): Charges {
  const accounts = new Map<string, Account>();
  let virtualTime = 0;

  const elapsed = ({ begunAt }: Running) => (now() - begunAt) / 1000;
  const runningSeconds = ({ running }: Account): number =>
    running.values().reduce((sum, work) => sum + Math.max(work.estimate, elapsed(work)), 0);
  const total = (account: Account): number => account.settled + runningSeconds(account);

  function of(name: string): number {
    const account = accounts.get(name);
    return account ? Math.max(virtualTime, total(account)) : virtualTime;
  }

  /** An account whose charge has no effect any more need not be kept, so that only the last users are in memory. */
  function forgetSettled(): void {
    for (const [name, account] of accounts)
      if (account.running.size === 0 && account.settled <= virtualTime) accounts.delete(name);
  }

  return {
    of,
    begin(name, estimate) {
      const account = accounts.get(name) ?? { settled: 0, running: new Set() };
      const charge = of(name);
      accounts.set(name, account);
      account.settled = charge - runningSeconds(account);
      virtualTime = Math.max(virtualTime, charge);
      const work = { estimate, begunAt: now() };
      account.running.add(work);
      return () => {
        account.running.delete(work);
        account.settled += elapsed(work);
        forgetSettled();
      };
    },
  };
}
