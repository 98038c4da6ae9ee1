const graphemes = new Intl.Segmenter();

/** Characters that have no place in a text: control characters, lone surrogates, noncharacters, and the byte order mark. */
const UNWANTED = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\ufeff]/gu;

export interface CleanText {
  text: string;
  /** Whether the text was longer than the limit. */
  isCut: boolean;
}

/**
 * Returns a text without control characters and outer spaces, cut at the limit. Line ends stay only with `lines`; elsewhere
 * they become spaces, because ID3v2.3 allows them in comments alone.
 *
 * @param maxLength in UTF-16 code units. A character with its marks or joiners is never torn.
 */
export function cleanText(text: string, maxLength: number, { lines = false } = {}): CleanText {
  // Far more than the limit, so that a text that begins with spaces is not lost, and a hostile one costs nothing.
  const head = text.slice(0, 4 * maxLength + 1024);
  const shown = head.replace(UNWANTED, (character) => (/\s/.test(character) ? character : ''));
  const cleaned = lines
    ? shown
        .replace(/\r\n?|[\u2028\u2029]/g, '\n')
        .replace(/[^\S\n]/g, ' ')
        .trim()
    : shown.replace(/\s+/g, ' ').trim();
  if (cleaned.length <= maxLength) return { text: cleaned, isCut: head.length < text.length };
  return { text: cutAtCharacter(cleaned, maxLength).trim(), isCut: true };
}

/** Characters longer than this are marks without an end, as in «Zalgo» text. They are torn, not dropped as a whole. */
const MAX_CHARACTER = 64;

function cutAtCharacter(text: string, maxLength: number): string {
  // Somewhat more than is kept, so that the segmenter sees where the last character ends.
  const torn = graphemes.segment(text.slice(0, maxLength + MAX_CHARACTER)).containing(maxLength);
  if (torn && torn.segment.length <= MAX_CHARACTER) return text.slice(0, torn.index);
  return text.slice(0, maxLength).replace(/\p{Cs}$/u, '');
}

const INCOMPLETE_UTF8 = /(?:[\xc0-\xff]|[\xe0-\xff][\x80-\xbf]|[\xf0-\xff][\x80-\xbf]{2})$/;

/** Cuts a text of which each character is one byte, and does not leave a part of a UTF-8 character. */
export const cutBytes = (text: string, maxBytes: number): string =>
  text.length <= maxBytes ? text : text.slice(0, maxBytes).replace(INCOMPLETE_UTF8, '');
