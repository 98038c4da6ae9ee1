/**
 * Marks that people leave out when they type: accents, which belong to no script, and the vowel points of Hebrew and Arabic. Marks of
 * other scripts, such as the vowels of Hindi and Thai, are letters to their readers and stay, and so do the two of Japanese.
 */
const ACCENTS = /[[\p{M}&&[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}]]--[\u3099\u309a]]/gv;

/** Letters with a stroke and ligatures, which Unicode does not decompose. */
const PLAIN: Record<string, string> = { Æ: 'AE', Œ: 'OE', Ø: 'O', Ł: 'L', Đ: 'D', Ð: 'D', Ħ: 'H', Ŧ: 'T' };
const SPECIAL = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');

/**
 * A form of the text in which letters that differ in case or accents alone are the same: `Straße` and `STRASSE`, `Café` and `cafe`,
 * `Łódź` and `lodz`. It is for comparisons and never shown. It is in upper case, because `ß` and the two small sigmas of Greek have one
 * form only there.
 */
export const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .toUpperCase()
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .replace(SPECIAL, (letter) => PLAIN[letter] ?? letter);
