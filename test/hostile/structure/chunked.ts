import { big, type Element, type Field, little, MAX_ELEMENTS } from './element.ts';

/** How chunks of a family of formats are built: a name, a size, and a content, in this or the other order. */
interface Shape {
  /** Bytes of the header. */
  head: number;
  size: Field;
  id: Field;
  /** What the size counts beside the content. */
  counted: number;
  /** Whether a chunk of an odd size is followed by a byte of padding. */
  isPadded?: true;
  /** How many bytes stand before the first chunk within a chunk, or undefined where a chunk holds none. */
  inner(id: string): number | undefined;
}

const ISO_PARENTS =
  /^(moov|trak|mdia|minf|stbl|dinf|udta|ilst|moof|traf|mvex|edts|gmhd|sinf|schi|wave|mfra|©.{3})$/;
const ISO_TABLES: Record<string, number> = { meta: 4, stsd: 8, dref: 8 };

export const ISO: Shape = {
  ...{ head: 8, size: big(0, 4), id: big(4, 4), counted: 8 },
  inner: (id) => (ISO_PARENTS.test(id) ? 0 : ISO_TABLES[id]),
};

/** @see RIFF: the first chunk, and lists, begin with a name of their own. */
export const RIFF: Shape = {
  ...{ head: 8, size: little(4, 4), id: big(0, 4), counted: 0, isPadded: true },
  inner: (id) => (/^(RIFF|RF64|LIST)$/.test(id) ? 4 : undefined),
};
export const AIFF: Shape = {
  ...{ head: 8, size: big(4, 4), id: big(0, 4), counted: 0, isPadded: true },
  inner: (id) => (id === 'FORM' ? 4 : undefined),
};
export const CAF: Shape = { head: 12, size: big(4, 8), id: big(0, 4), counted: 0, inner: () => undefined };
export const REAL: Shape = { head: 8, size: big(4, 4), id: big(0, 4), counted: 8, inner: () => undefined };

/** GUID and size. The Header Object holds others behind 30 bytes. */
const ASF_HEADER = '3026b2758e66cf11';
export const ASF: Shape = {
  ...{ head: 24, size: little(16, 8), id: big(0, 8), counted: 24 },
  inner: (id) => (Buffer.from(id, 'latin1').toString('hex') === ASF_HEADER ? 6 : undefined),
};

/** Finds the chunks of a file and those within them. */
export function chunksOf(bytes: Buffer, shape: Shape, from = 0, to = bytes.length): Element[] {
  const found: Element[] = [];
  for (let at = from; at + shape.head <= to && found.length < MAX_ELEMENTS; ) {
    const size = numberAt(bytes, shape.size, at) - shape.counted;
    const start = at + shape.head;
    const end = size < 0 || start + size > to ? to : start + size;
    found.push({ start: at, end, head: shape.head, fields: [shift(shape.size, at), shift(shape.id, at)] });
    const inner = shape.inner(bytes.toString('latin1', at + shape.id.at, at + shape.id.at + shape.id.bytes));
    if (inner !== undefined) found.push(...chunksOf(bytes, shape, Math.min(start + inner, end), end));
    at = end + (shape.isPadded && (end - start) % 2 ? 1 : 0);
  }
  return found;
}

const shift = (field: Field, at: number): Field => ({ ...field, at: field.at + at });

function numberAt(bytes: Buffer, { at, bytes: length, isLittle }: Field, from: number): number {
  const where = from + at;
  if (length === 8) return Number(isLittle ? bytes.readBigUInt64LE(where) : bytes.readBigUInt64BE(where));
  return isLittle ? bytes.readUIntLE(where, length) : bytes.readUIntBE(where, length);
}
