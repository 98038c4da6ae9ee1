import { decodeUtf8, guessCharset } from './charset.ts';

/** Encodings of scripts other than Latin. A wrong guess between two Latin ones would spoil a name that is right. */
const MULTIBYTE = ['Shift_JIS', 'EUC-JP', 'GBK', 'gb18030', 'Big5', 'EUC-KR'];
const SINGLE_BYTE = /^(windows-(125[1356]|874)|KOI8-[RU]|ISO-8859-([5678]|8-I)|IBM866|x-mac-cyrillic)$/i;

/** Different letters of one word, all of them beyond ASCII. No Latin word has so many without one in ASCII between them. */
const MIN_DISTINCT = 3;
const MIN_IDEOGRAPHS = 3;
/** Bytes that are control characters in Latin-1, or symbols that a Latin text seldom has. */
const RARE = /[\x81-\x83\x86-\x89\x8d\x8f\x90\x98\x9d\xa2-\xa8\xac-\xaf\xb1-\xb8\xbc-\xbe]/g;
const MIN_RARE = 3;

/** Windows-1252 with Latin-1 where it has no character. Index and value are both one byte and its character. */
const windows1252 = new TextDecoder('windows-1252').decode(
  Uint8Array.from({ length: 256 }, (_, byte) => byte),
);
const byteOf = new Map([...windows1252].map((character, byte) => [character, byte]));
// C1 control characters are bytes that were read as Latin-1.
for (let byte = 0x80; byte < 0xa0; byte += 1) byteOf.set(String.fromCharCode(byte), byte);

/**
 * Repairs texts whose bytes were read as Latin-1, although they are in another encoding: `Ïðèâåò` is `Привет`. ID3v2 has no
 * other name for 8-bit text than Latin-1, and many programs write their own code page under that name. Repairs only where
 * the evidence is strong, so that `Björk` and `Ágætis byrjun` stay.
 */
export function repairMojibake(texts: readonly string[]): string[] {
  const repaired = texts.map((text) => repairUtf8(text) ?? text);
  const latin = repaired.map(toBytes);
  const bytes = latin.filter((each) => each !== undefined);
  if (bytes.length === 0) return repaired;
  const charset = guessCharset(bytes);
  const decoder = new TextDecoder(charset);
  const candidates = bytes.map((each) => decoder.decode(each));
  if (!isLikely(candidates, bytes, charset)) return repaired;
  return latin.map((each, index) => (each ? decoder.decode(each) : (repaired[index] ?? '')));
}

/** `BjÃ¶rk` is UTF-8 that was read as Latin-1. No language has such sequences of letters and symbols. */
function repairUtf8(text: string): string | undefined {
  const bytes = toBytes(text);
  return bytes && decodeUtf8(bytes);
}

/** Returns the bytes of a text that has letters beyond ASCII, and none beyond Latin-1 and Windows-1252. */
function toBytes(text: string): Buffer | undefined {
  if (!/\P{ASCII}/u.test(text)) return undefined;
  const bytes: number[] = [];
  for (const character of text) {
    const byte = byteOf.get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return Buffer.from(bytes);
}

function isLikely(candidates: readonly string[], bytes: readonly Buffer[], charset: string): boolean {
  const text = candidates.join('\n');
  if (/[\ufffd\x80-\x9f]/.test(text)) return false;
  if (MULTIBYTE.includes(charset)) return isLikelyIdeographic(text, Buffer.concat(bytes).toString('latin1'));
  return SINGLE_BYTE.test(charset) && isLikelyAlphabetic(text);
}

/** Whether words are written in one alphabet. In a Latin name, letters with an accent stand between letters without. */
function isLikelyAlphabetic(text: string): boolean {
  let whole = 0;
  let mixed = 0;
  let distinct = 0;
  for (const [word] of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const foreign = word.replace(/[a-z]/gi, '').length;
    if (foreign < word.length) mixed += foreign;
    else {
      whole += foreign;
      distinct = Math.max(distinct, new Set(word.toLowerCase()).size);
    }
  }
  return distinct >= MIN_DISTINCT && mixed * 10 <= whole;
}

function isLikelyIdeographic(text: string, latin: string): boolean {
  const foreign = text.replace(/\p{ASCII}/gu, '');
  const ideographs = foreign.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu) ?? [];
  const others = foreign.match(/[\u3000-\u303f\u30fb\u30fc\uff01-\uff60]/gu) ?? [];
  // Half-width katakana are single bytes of Shift_JIS, as accented letters are of Latin-1.
  if (/[\uff61-\uff9f]/.test(foreign)) return false;
  if (ideographs.length < MIN_IDEOGRAPHS) return false;
  if (ideographs.length + others.length < 0.9 * [...foreign].length) return false;
  return /[\x80-\xff]{4}/.test(latin) || (latin.match(RARE)?.length ?? 0) >= MIN_RARE;
}
