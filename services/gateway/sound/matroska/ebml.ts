import { Unsure } from './unsure.ts';

/** An element of EBML, the format below Matroska: RFC 8794. Positions are in bytes from the start of the film. */
export interface Element {
  /** Identifier with its marker bits, as documents write it. */
  id: number;
  /** Where its header begins. */
  at: number;
  /** Where its content begins. */
  start: number;
  /** Where its content ends by its own size. Infinite where the size is unknown, as in a live recording. */
  end: number;
}

/** Bytes that hold the header of any element. */
export const HEADER_BYTES = 12;

/**
 * Reads the header of the element that `bytes` begin with. Throws {@link Unsure} where these bytes are no header.
 *
 * @param position of `bytes` in the film.
 */
export function readElement(bytes: Uint8Array, position: number): Element {
  const idBytes = vintLength(bytes, 0);
  const sizeBytes = vintLength(bytes, idBytes);
  const start = idBytes + sizeBytes;
  if (idBytes > 4 || start > bytes.length) throw new Unsure('no element');
  let id = 0;
  for (let at = 0; at < idBytes; at++) id = id * 256 + (bytes[at] ?? 0);
  const size = vintValue(bytes, idBytes, sizeBytes);
  const end = size === undefined ? Number.POSITIVE_INFINITY : position + start + size;
  return { id, at: position, start: position + start, end };
}

/** The number of bytes of a variable-length number, by the zero bits at its start. */
export function vintLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first === 0) throw new Unsure('no number');
  return Math.clz32(first) - 23;
}

/** Reads a variable-length number. Returns undefined where all its bits are set, which stands for «unknown». */
export function vintValue(bytes: Uint8Array, at: number, length: number): number | undefined {
  if (at + length > bytes.length) throw new Unsure('the number is cut');
  let value = (bytes[at] ?? 0) & (0xff >> length);
  let isUnknown = value === 0xff >> length;
  for (let next = at + 1; next < at + length; next++) {
    const byte = bytes[next] ?? 0;
    value = value * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  if (isUnknown) return undefined;
  if (!Number.isSafeInteger(value)) throw new Unsure('the number is too large');
  return value;
}

/** Writes the header of an element. @param sizeBytes how many bytes the size takes: four are enough for 256 MiB. */
export function writeHeader(id: number, size: number, sizeBytes: 4 | 8): Uint8Array {
  const idBytes = Math.ceil((32 - Math.clz32(id)) / 8);
  const header = new Uint8Array(idBytes + sizeBytes);
  for (let at = 0; at < idBytes; at++) header[at] = (id >>> (8 * (idBytes - 1 - at))) & 0xff;
  let rest = size;
  for (let at = header.length - 1; at >= idBytes; at--) {
    header[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  header[idBytes] = (header[idBytes] ?? 0) | (1 << (8 - sizeBytes));
  return header;
}

/** Returns the children of an element whose content is `bytes`. Throws {@link Unsure} unless they fill it exactly. */
export function childrenOf(bytes: Uint8Array): Element[] {
  const children: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const child = readElement(bytes.subarray(at, at + HEADER_BYTES), at);
    if (child.end > bytes.length) throw new Unsure('an element exceeds its parent');
    children.push(child);
    at = child.end;
  }
  return children;
}

/** Reads an unsigned integer. Throws {@link Unsure} where it has more than eight bytes, or is too large to be exact. */
export function readUnsigned(bytes: Uint8Array): number {
  if (bytes.length > 8) throw new Unsure('the number is too long');
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  if (!Number.isSafeInteger(value)) throw new Unsure('the number is too large');
  return value;
}

/** Reads a text, which may be padded with zeros. */
export const readText = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
};
