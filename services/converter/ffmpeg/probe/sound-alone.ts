import { open } from 'node:fs/promises';

/** Bytes at the start of a file that are looked at. */
const HEAD_BYTES = 64 * 1024;

/** How files begin whose format has no place for a picture, from the first byte on. A dot stands for any byte. */
const WITHOUT_PICTURES = [
  ...[/^(?:RIFF|RF64|BW64).{4}WAVE/s, /^riff\x2e/, /^caff/, /^\.snd/, /^#!AMR/],
  // Frames of MP3 and of AAC that no tag stands before.
  /^\xff[\xe2-\xff]/,
];

/** Bytes of the header of an ID3 tag. */
const ID3_HEADER = 10;
/** How the frames of an ID3 tag are named that hold a picture: in version 2.3 and later, and in version 2.2. */
const PICTURE_FRAME = /APIC|PIC/;

/**
 * Whether a file begins like one that holds sound and no picture. It is a guess, by which one run of a tool is saved: who asks
 * looks at the streams afterwards.
 */
export async function holdsSoundAlone(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const head = buffer.subarray(0, bytesRead).toString('latin1');
  return WITHOUT_PICTURES.some((beginning) => beginning.test(head)) || hasTagWithoutPicture(head);
}

/** Whether the file begins with an ID3 tag that is here as a whole, and has no picture. */
function hasTagWithoutPicture(head: string): boolean {
  if (!head.startsWith('ID3') || head.length < ID3_HEADER) return false;
  const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (head.charCodeAt(at) & 127), 0);
  const tag = head.slice(0, ID3_HEADER + size);
  return ID3_HEADER + size <= head.length && !PICTURE_FRAME.test(tag);
}
