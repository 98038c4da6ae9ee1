/** CRC-16 with the reversed polynomial 0xA001, as the LAME tag has it, of which Node has no own. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

/** Goes on from `crc`, the result for the bytes before. */
export function crc16(bytes: Buffer, crc = 0): number {
  let value = crc;
  for (const byte of bytes) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 0xff] ?? 0);
  return value;
}
