import { type Box, headerOf } from './boxes.ts';

/** Returns a table box: header, version 0 and no flags, numbers of 32 bits, and room for more bytes. */
export function table(box: Box, values: readonly number[], moreBytes = 0): Uint8Array {
  const contentBytes = 4 + 4 * values.length + moreBytes;
  const header = headerOf(box, contentBytes);
  const bytes = new Uint8Array(header.length + contentBytes);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length + 4);
  for (const [index, value] of values.entries()) view.setUint32(4 * index, value);
  return bytes;
}
