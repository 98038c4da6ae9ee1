import { elementsOf } from './elements-of.ts';
import { type Mutated, pick, type Random } from './mutate.ts';

/** Makes one file of two formats: the beginning of one and the rest of the other, or a part of the other within the one. */
export function splice(one: Buffer, two: Buffer, random: Random): Mutated {
  const [first, second] = [placeIn(one, random), placeIn(two, random)];
  if (random(2) === 0)
    return {
      bytes: Buffer.concat([one.subarray(0, first), two.subarray(second)]),
      steps: [`${first} + ${second}`],
    };
  const length = random(two.length - second);
  const part = two.subarray(second, second + length);
  const bytes = Buffer.concat([one.subarray(0, first), part, one.subarray(first)]);
  return { bytes, steps: [`${second}–${second + length} in ${first}`] };
}

/** Where an element begins or its content begins, or any place. */
function placeIn(bytes: Buffer, random: Random): number {
  const elements = elementsOf(bytes);
  if (elements.length === 0 || random(4) === 0) return random(bytes.length);
  const { start, head, end } = pick(random, elements);
  return Math.min(bytes.length - 1, pick(random, [start, start + head, end]));
}
