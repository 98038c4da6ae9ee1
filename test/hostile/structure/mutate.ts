import { repairChecksums } from '../bytes/ogg.ts';
import type { Element, Field } from './element.ts';
import { elementsOf } from './elements-of.ts';

/** Returns a whole number from 0 to below `below`. */
export type Random = (below: number) => number;

export const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[random(items.length)] as Item;

export interface Mutated {
  bytes: Buffer;
  /** What was done, for the report. */
  steps: string[];
}

/** Changes a file at one to four places, most often in its headers. The same numbers give the same bytes. */
export function mutate(original: Buffer, random: Random): Mutated {
  let bytes: Buffer = Buffer.from(original);
  const steps: string[] = [];
  const count = 1 + Math.min(random(4), random(4));
  for (let n = 0; n < count && bytes.length > 16; n++) {
    const change = pick(random, CHANGES);
    const changed = change(bytes, elementsOf(bytes), random);
    bytes = changed.bytes;
    steps.push(changed.step);
  }
  // Ogg drops a page with a wrong checksum. Most changes shall be read.
  if (bytes.indexOf('OggS') === 0 && random(5) > 0) repairChecksums(bytes);
  return { bytes, steps };
}

interface Changed {
  bytes: Buffer;
  step: string;
}
type Change = (bytes: Buffer, elements: readonly Element[], random: Random) => Changed;

const setField: Change = (bytes, elements, random) => {
  const element = elements.length > 0 ? near(elements, random) : undefined;
  const fields =
    element?.fields.filter(({ at, bytes: length }) => at >= 0 && at + length <= bytes.length) ?? [];
  if (fields.length === 0) return flipBytes(bytes, elements, random);
  const field = pick(random, fields);
  const value = pick(random, VALUES)(readValue(bytes, field), BigInt(field.bytes * 8), random);
  writeValue(bytes, field, value);
  return { bytes, step: `${field.bytes} bytes at ${field.at} = ${BigInt.asUintN(field.bytes * 8, value)}` };
};

/** A number in the content of an element: a count, a rate, a time, an offset. */
const setContent: Change = (bytes, elements, random) => {
  const small = elements.filter(({ start, end, head }) => end - start - head >= 2 && end - start < 400);
  if (small.length === 0) return flipBytes(bytes, elements, random);
  const { start, end, head } = pick(random, small);
  const length = Math.min(pick(random, [1, 2, 4, 4, 4, 8]), end - start - head);
  const steps = Math.max(1, Math.floor((end - start - head - length) / 2) + 1);
  const field = { at: start + head + 2 * random(steps), bytes: length, isLittle: random(2) === 0 };
  if (field.at + length > bytes.length) return flipBytes(bytes, elements, random);
  const value = pick(random, VALUES)(readValue(bytes, field), BigInt(length * 8), random);
  writeValue(bytes, field, value);
  return {
    bytes,
    step: `${length} bytes in an element at ${field.at} = ${BigInt.asUintN(length * 8, value)}`,
  };
};

/** Half of the places are in the first 4 KB, where most headers are, and some in the last ones. */
const flipBytes: Change = (bytes, _, random) => {
  const count = 1 + random(8);
  const from = pick(random, [0, 0, 0, Math.max(0, bytes.length - 4096), random(bytes.length)]);
  for (let n = 0; n < count; n++) {
    const at = from + random(Math.min(4096, bytes.length - from));
    bytes[at] = random(3) === 0 ? (bytes[at] ?? 0) ^ (1 << random(8)) : random(256);
  }
  return { bytes, step: `${count} bytes behind ${from}` };
};

const remove: Change = (bytes, elements, random) => {
  if (elements.length < 2) return flipBytes(bytes, elements, random);
  const { start, end } = near(elements, random);
  return {
    bytes: Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]),
    step: `without ${start}–${end}`,
  };
};

const repeat: Change = (bytes, elements, random) => {
  if (elements.length === 0) return flipBytes(bytes, elements, random);
  const { start, end } = near(elements, random);
  const most = Math.max(1, Math.min(200, Math.floor(300_000 / (end - start + 1))));
  const copies = 1 + random(most);
  const part = bytes.subarray(start, end);
  const pieces = [bytes.subarray(0, end), ...Array.from({ length: copies }, () => part), bytes.subarray(end)];
  return { bytes: Buffer.concat(pieces), step: `${start}–${end} repeated ${copies} times` };
};

const exchange: Change = (bytes, elements, random) => {
  if (elements.length < 2) return flipBytes(bytes, elements, random);
  const [one, two] = [near(elements, random), near(elements, random)].toSorted(
    (a, b) => a.start - b.start,
  ) as [Element, Element];
  if (one.end > two.start) return flipBytes(bytes, elements, random);
  const parts = [
    ...[bytes.subarray(0, one.start), bytes.subarray(two.start, two.end), bytes.subarray(one.end, two.start)],
    ...[bytes.subarray(one.start, one.end), bytes.subarray(two.end)],
  ];
  return { bytes: Buffer.concat(parts), step: `${one.start} and ${two.start} exchanged` };
};

const CHANGES: readonly Change[] = [
  ...[setField, setField, setField, setField, setContent, setContent, setContent, setContent],
  ...[flipBytes, flipBytes, remove, repeat, exchange],
];

/** Elements at the start are chosen more often: there are few of them beside the packets, and they say the most. */
function near(elements: readonly Element[], random: Random): Element {
  return random(3) === 0 ? pick(random, elements) : pick(random, elements.slice(0, 40));
}

type Value = (old: bigint, bits: bigint, random: Random) => bigint;
const VALUES: readonly Value[] = [
  () => 0n,
  () => 1n,
  () => -1n,
  (_, bits) => 1n << (bits - 1n),
  (_, bits) => (1n << (bits - 1n)) - 1n,
  (old) => old + 1n,
  (old) => old - 1n,
  (old) => old * 2n,
  (old) => old / 2n,
  (old, bits, random) => old ^ (1n << BigInt(random(Number(bits)))),
  (_, bits, random) => 1n << BigInt(random(Number(bits))),
  (_old, _bits, random) => BigInt(random(256)),
  (_old, _bits, random) => BigInt(random(2 ** 31)) * BigInt(random(2 ** 31)),
];

function readValue(bytes: Buffer, { at, bytes: length, isLittle }: Field): bigint {
  const part = Buffer.from(bytes.subarray(at, at + length));
  return BigInt(`0x${(isLittle ? part.reverse() : part).toString('hex') || '0'}`);
}

function writeValue(bytes: Buffer, { at, bytes: length, isLittle }: Field, value: bigint): void {
  const digits = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0');
  const part = Buffer.from(digits, 'hex');
  (isLittle ? part.reverse() : part).copy(bytes, at);
}
