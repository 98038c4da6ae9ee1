/**
 * Characters of an untrusted text that nobody sees: control and format characters, line separators, halves of surrogate pairs.
 * A line break in a subject starts a new header, and a text with bidirectional controls reads backwards. The joiners U+200C and
 * U+200D are kept: without them, words in Persian and emoji of several parts are spelt wrong.
 */
const INVISIBLE = /(?:(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}])+/gu;

/** Replaces each run of invisible characters by `by`. */
export const replaceInvisible = (text: string, by: string): string => text.replace(INVISIBLE, by);
