import { randomNumbers } from '../../support/random.ts';

export interface ScheduledFault {
  number: number;
  /** Seconds after the load began. */
  at: number;
  kind: string;
  /** Decides what the kind leaves open: which replica, for how long. */
  choice: number;
}

/**
 * Which fault comes when, from the seed alone: bags with one of each kind, each bag shuffled, so that no kind is left
 * out; pauses between half and one and a half of the mean.
 */
export function schedule(
  seed: number,
  kinds: readonly string[],
  { seconds, count }: { seconds: number; count: number },
): ScheduledFault[] {
  const random = randomNumbers(seed);
  const wanted = Math.max(count, kinds.length);
  let bag: string[] = [];
  let passed = 0;
  const drawn = Array.from({ length: wanted }, (_, index) => {
    if (bag.length === 0) bag = shuffled(kinds, random);
    passed += 0.5 + random(1000) / 1000;
    return { number: index + 1, at: passed, kind: bag.shift() as string, choice: random(2 ** 30) };
  });
  const scale = seconds / (passed + 1);
  return drawn.map((fault) => ({ ...fault, at: fault.at * scale }));
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = random(last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
