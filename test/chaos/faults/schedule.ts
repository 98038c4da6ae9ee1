import { randomNumbers } from '../../support/random.ts';

export interface ScheduledFault {
  number: number;
  /** Seconds after the load began. */
  at: number;
  kind: string;
  /** Decides what the kind leaves open, such as the replica or the duration. */
  choice: number;
}

/**
 * Decides from the seed alone which fault comes when. Faults are drawn from a shuffled bag with one of each kind, which is
 * filled again when it is empty, so that no kind is left out. Pauses are between 0.5 and 1.5 times their mean.
 */
export function scheduleFaults(
  seed: number,
  kinds: readonly string[],
  { seconds, count }: { seconds: number; count: number },
): ScheduledFault[] {
  const random = randomNumbers(seed);
  let bag: string[] = [];
  let elapsed = 0;
  const drawn = Array.from({ length: Math.max(count, kinds.length) }, (_, index) => {
    if (bag.length === 0) bag = shuffled(kinds, random);
    elapsed += 0.5 + random(1000) / 1000;
    return { number: index + 1, at: elapsed, kind: bag.shift() as string, choice: random(2 ** 30) };
  });
  const scale = seconds / (elapsed + 1);
  return drawn.map((fault) => ({ ...fault, at: fault.at * scale }));
}

/** A Fisher–Yates shuffle. */
function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = random(last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
