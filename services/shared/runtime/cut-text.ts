const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).length;

/**
 * Returns the beginning of the text that fits into `maxBytes` of UTF-8. File systems and mail headers count bytes. It is never
 * cut inside a character, nor inside a grapheme such as an emoji of several parts, unless the first one alone is too long.
 */
export function cutToBytes(text: string, maxBytes: number): string {
  if (bytesOf(text) <= maxBytes) return text;
  const whole = takeWhileFitting(
    Iterator.from(graphemes.segment(text)).map(({ segment }) => segment),
    maxBytes,
  );
  return whole || takeWhileFitting(text[Symbol.iterator](), maxBytes);
}

function takeWhileFitting(parts: Iterable<string>, maxBytes: number): string {
  let [taken, size] = ['', 0];
  for (const part of parts) {
    size += bytesOf(part);
    if (size > maxBytes) break;
    taken += part;
  }
  return taken;
}

/** The most characters of the text, as people count them, with `…` where it is cut. */
export function shorten(text: string, max: number): string {
  const shown = Iterator.from(graphemes.segment(text))
    .map(({ segment }) => segment)
    .take(max + 1)
    .toArray();
  return shown.length <= max ? text : `${shown.slice(0, max - 1).join('')}…`;
}
