import { join, u32 } from './iso.ts';

/** Sizes of ID3v2.4 have 7 bits a byte. */
const synchsafe = (size: number): Buffer =>
  Buffer.from([21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f));

/** A frame of ID3v2.3. `size` replaces the true size. */
export const frame = (id: string, content: Uint8Array, size = content.length): Buffer =>
  join(id, u32(size), Buffer.alloc(2), content);

/** A text frame in Latin-1. */
export const text = (id: string, value: string): Buffer => frame(id, join('\0', value));

/** A tag of ID3v2.3. `size` replaces the true size. */
export function id3(frames: readonly Uint8Array[], size?: number): Buffer {
  const content = Buffer.concat(frames);
  return Buffer.concat([Buffer.from('ID3\x03\0\0', 'latin1'), synchsafe(size ?? content.length), content]);
}

/** A picture. With the type `-->`, the data is an address. @see id3.org, ID3v2.3.0, 4.15 */
export const picture = (mime: string, data: Uint8Array | string): Buffer =>
  frame('APIC', join('\0', mime, '\0\x03cover\0', data));
