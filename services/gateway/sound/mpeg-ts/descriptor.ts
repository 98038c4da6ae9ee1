/** What a program map says about a program or a stream: ISO 13818-1 2.6. */
export interface Descriptor {
  tag: number;
  content: Uint8Array;
}

/** Reads a list of descriptors. Returns undefined where one exceeds it. */
export function descriptorsOf(bytes: Uint8Array): Descriptor[] | undefined {
  const found: Descriptor[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + (bytes[at + 1] ?? 0);
    if (end > bytes.length) return undefined;
    found.push({ tag: bytes[at] ?? 0, content: bytes.subarray(at + 2, end) });
    at = end;
  }
  return found;
}

/** The name under which a format is registered. */
export const fourLetters = ({ content }: Descriptor): string =>
  String.fromCharCode(...content.subarray(0, 4));
