/**
 * Coordinates in a text. Cameras write ISO 6709 (`+52.5200+013.4050+034.2/`), also into titles and comments; other programs
 * write decimal degrees in pairs, `geo:` addresses, and degrees with minutes and seconds.
 */
const DEGREES = String.raw`\d{1,3}(?:\.\d+)?\s*°(?:\s*\d{1,2}(?:\.\d+)?\s*['′’])?(?:\s*\d{1,2}(?:\.\d+)?\s*(?:["″”]|''))?`;
const COORDINATES = new RegExp(
  [
    // ISO 6709, annex H: degrees, minutes and seconds without a separator, each with a sign.
    String.raw`(?<!\d)[+-]\d{2,6}(?:\.\d+)?[+-]\d{3,7}(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?(?:CRS[\w:]+)?\/?(?!\d)`,
    // RFC 5870.
    String.raw`\bgeo:-?\d+(?:\.\d+)?,-?\d+(?:\.\d+)?\S*`,
    // A pair with three or more decimals is exact to 100 m.
    String.raw`(?<![\d.])[+-]?\d{1,2}\.\d{3,}\s*°?\s*[NS]?\s*[,;\s]\s*[+-]?\d{1,3}\.\d{3,}\s*°?\s*[EWO]?(?![\d.])`,
    String.raw`(?<!\d)${DEGREES}\s*[NS]\b[\s,;]*${DEGREES}\s*[EWO]\b`,
    String.raw`\b[NS]\s*${DEGREES}[\s,;]*\b[EWO]\s*${DEGREES}`,
  ].join('|'),
  'giu',
);

/** Removes coordinates of places. Returns an empty text where nothing else but punctuation is left. */
export function removeCoordinates(text: string): string {
  const rest = text.replace(COORDINATES, '');
  if (rest === text) return text;
  return /[\p{L}\p{N}]/u.test(rest) ? rest.trim() : '';
}
