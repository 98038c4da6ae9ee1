const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** Where the checksum of a page stands. @see RFC 3533, 6 */
const CRC_AT = 22;
const HEAD = 27;

/** Length of the page that begins at `at`, or 0 where none does. */
export function pageLength(bytes: Uint8Array, at: number): number {
  if (Buffer.from(bytes.buffer, bytes.byteOffset + at, 4).toString('latin1') !== 'OggS') return 0;
  const segments = bytes[at + HEAD - 1] ?? 0;
  let length = HEAD + segments;
  for (const size of bytes.subarray(at + HEAD, at + HEAD + segments)) length += size;
  return length;
}

/** Makes the checksums of all pages right, so that a changed page is read at all. */
export function repairChecksums(bytes: Buffer): Buffer {
  for (
    let at = bytes.indexOf('OggS');
    at >= 0 && at + HEAD <= bytes.length;
    at = bytes.indexOf('OggS', at + 4)
  ) {
    const page = bytes.subarray(at, at + pageLength(bytes, at));
    page.writeUInt32LE(0, CRC_AT);
    let crc = 0;
    for (const byte of page) crc = ((crc << 8) ^ (TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
    page.writeUInt32LE(crc, CRC_AT);
  }
  return bytes;
}
