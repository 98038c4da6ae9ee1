/** Encodings of a text, by its first byte: ID3v2.3 has the first two, and ID3v2.4 all. */
const ENCODINGS = ['latin1', 'utf-16le', 'utf-16be', 'utf-8'];
const UTF_16 = 1;
const BIG_ENDIAN = 0xfeff;

/** Returns the text of a frame, whose first byte names the encoding. It ends at a NUL or at the end of the frame. */
export function decodeText(frame: Buffer): string {
  const [code = 0] = frame;
  const bytes = frame.subarray(1);
  const isBigEndian = code === UTF_16 && bytes.length >= 2 && bytes.readUInt16BE() === BIG_ENDIAN;
  const encoding = isBigEndian ? 'utf-16be' : ENCODINGS[code];
  if (encoding === undefined) return '';
  // The decoder removes a byte order mark.
  const [text = ''] = new TextDecoder(encoding).decode(bytes).split('\0');
  return text;
}

/** Whether the characters of a text have two bytes, so that its end is marked by two. */
export const isWide = (code: number | undefined): boolean => code === UTF_16 || code === UTF_16 + 1;
