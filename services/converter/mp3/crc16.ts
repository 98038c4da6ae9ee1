/** Table of the CRC-16 with the reversed polynomial 0xA001, which the LAME tag uses and Node does not have. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

/** Returns the CRC-16 of the bytes. `crc` is the result for the bytes before them. */
export function crc16(bytes: Buffer, crc = 0): number {
  let value = crc;
  for (const byte of bytes) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 0xff] ?? 0);
  return value;
}
