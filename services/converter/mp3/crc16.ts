/** Bytes that one step takes. */
const STEP = 4;

/**
 * Tables of the CRC-16 with the reversed polynomial 0xA001, which the LAME tag uses and Node does not have. The first one has the
 * CRC of each byte, and each further one that of the byte with one more zero behind it: so a step takes several bytes at once
 * («slicing»). An MP3 of an hour has 60 MB.
 */
const TABLES = Array.from({ length: STEP }, () => new Uint16Array(256));
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (const table of TABLES) {
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
    table[byte] = crc;
  }
}
const [ONE, TWO, THREE, FOUR] = TABLES as [Uint16Array, Uint16Array, Uint16Array, Uint16Array];

/** Returns the CRC-16 of the bytes. `crc` is the result for the bytes before them. */
export function crc16(bytes: Buffer, crc = 0): number {
  let value = crc;
  let at = 0;
  for (; at + STEP <= bytes.length; at += STEP) {
    const first = value ^ (elementAt(bytes, at) | (elementAt(bytes, at + 1) << 8));
    value =
      elementAt(FOUR, first & 0xff) ^
      elementAt(THREE, first >>> 8) ^
      elementAt(TWO, elementAt(bytes, at + 2)) ^
      elementAt(ONE, elementAt(bytes, at + 3));
  }
  for (; at < bytes.length; at++)
    value = (value >>> 8) ^ elementAt(ONE, (value ^ elementAt(bytes, at)) & 0xff);
  return value;
}

/** The element at an index that exists. */
const elementAt = (array: Uint8Array | Uint16Array, index: number): number => array[index] as number;
