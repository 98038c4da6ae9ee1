/** What these signatures need of Node's `Buffer`, which browsers do not have. Positions are in bytes. */

/** The bytes as text, one character each. `TextDecoder` would take `latin1` for Windows-1252. */
export const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

/** A number of 16, 24 or 32 bits, the highest byte first. The caller has checked that it is there. */
export function readUnsigned(bytes: Uint8Array, at: number, length: 2 | 3 | 4): number {
  let value = 0;
  for (let offset = 0; offset < length; offset += 1) value = value * 256 + (bytes[at + offset] ?? 0);
  return value;
}

/** Returns where `pattern` begins at or after `from`, or -1. */
export function find(bytes: Uint8Array, pattern: readonly number[], from = 0): number {
  const [first = 0] = pattern;
  let at = bytes.indexOf(first, from);
  while (at >= 0 && pattern.some((byte, offset) => bytes[at + offset] !== byte)) {
    at = bytes.indexOf(first, at + 1);
  }
  return at;
}

/** `7ffe` → `[0x7f, 0xfe]` */
export const fromHex = (digits: string): number[] =>
  (digits.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
