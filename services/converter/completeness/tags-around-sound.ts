import type { FileBytes } from './file-bytes.ts';

const MAX_TAGS = 4;

/** Returns the length of all ID3v2 tags at the start of the file, in bytes. */
export async function id3v2Bytes(file: FileBytes): Promise<number> {
  let length = 0;
  for (let count = 0; count < MAX_TAGS; count++) {
    const head = await file.read(length, 10);
    if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') break;
    // Four bytes of seven bits each, and perhaps a footer: ID3v2.4, 3.1.
    const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + ((head[at] ?? 0) & 0x7f), 0);
    length += 10 + size + ((head[5] ?? 0) & 0x10 ? 10 : 0);
  }
  return length;
}

/** Returns the length of the ID3v1 and APE tags at the end of the file, in bytes. */
export async function trailingTagBytes(file: FileBytes): Promise<number> {
  let length = 0;
  for (let count = 0; count < MAX_TAGS; count++) {
    const found = await lastTagBytes(file, file.size - length);
    if (found === 0) break;
    length += found;
  }
  return Math.min(length, file.size);
}

async function lastTagBytes(file: FileBytes, end: number): Promise<number> {
  if ((await file.read(end - 128, 3)).toString('latin1') === 'TAG') return 128;
  const footer = await file.read(end - 32, 32);
  if (footer.length < 32 || footer.toString('latin1', 0, 8) !== 'APETAGEX') return 0;
  // The size counts the footer, but not the header of the same length: APEv2.
  return footer.readUInt32LE(12) + (footer.readUInt32LE(20) & 0x80000000 ? 32 : 0);
}
