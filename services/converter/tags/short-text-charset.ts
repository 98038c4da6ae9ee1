/**
 * Corrections of the detector for one or two words, where letter frequencies say little. Each of them rests on a rule of a
 * script, and not on a guess.
 */
export function correctGuess(guess: string, sample: Buffer): string {
  if (isShiftJis(sample)) return 'Shift_JIS';
  if (/^(?:windows-1255|ISO-8859-8)/i.test(guess)) return isHebrew(sample, guess) ? guess : 'windows-1251';
  return LATIN.test(guess) ? correctLatin(guess, sample) : guess;
}

function decode(sample: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(sample);
  } catch {
    return undefined;
  }
}

/**
 * Kana in Shift_JIS begin with a byte that is a rare symbol or a rare letter in other code pages, so that a text which is
 * all valid and has two of them is Japanese. Half-width kana are single bytes, and prove nothing.
 */
function isShiftJis(sample: Buffer): boolean {
  const text = decode(sample, 'shift_jis') ?? '';
  return /[\u3041-\u30fa].*[\u3041-\u30fa]/s.test(text) && !/[\uff61-\uff9f]/.test(text);
}

/** Five Hebrew letters have a form that stands only at the end of a word. Their bytes are frequent letters of Cyrillic. */
function isHebrew(sample: Buffer, charset: string): boolean {
  return !/[ךםןףץ][א-ת]/u.test(decode(sample, charset) ?? '');
}

const LATIN = /^(?:windows-125[0247]|ISO-8859-(?:1|2|4|9|10|13|15|16))$/i;

/** Letters beyond ASCII of the languages that are written in a code page, the most frequent code page first. */
const ALPHABETS: readonly [charset: string, alphabets: readonly string[]][] = [
  [
    'windows-1252',
    [
      'àâæçéèêëîïôœùûüÿ', // French
      'äöüß', // German
      'áéíóúüñªº', // Spanish
      'áâãàçéêíóôõúü', // Portuguese
      'àèéìíîòóùú', // Italian
      'àçéèíïóòúü', // Catalan
      'éëïöüèê', // Dutch
      'åäöéà', // Swedish and Finnish
      'æøåé', // Danish and Norwegian
      'áéíóúýðþæö', // Icelandic
    ],
  ],
  [
    'windows-1250',
    [
      'áčďéěíňóřšťúůýž', // Czech
      'áäčďéíĺľňóôŕšťúýž', // Slovak
      'ąćęłńóśźż', // Polish
      'áéíóöőúüű', // Hungarian
      'ăâîşţ', // Romanian
      'čćđšž', // Croatian, Slovene and Serbian
    ],
  ],
  [
    'windows-1257',
    [
      'ąčęėįšųūž', // Lithuanian
      'āčēģīķļņšūž', // Latvian
      'äöõüšž', // Estonian
    ],
  ],
  ['windows-1254', ['âçğıîöşûü']], // Turkish
];

/** Keeps the guess if a language of it has all the letters. Otherwise, takes the first code page that has such a language. */
function correctLatin(guess: string, sample: Buffer): string {
  const fitting = ALPHABETS.filter(([charset, alphabets]) => {
    const text = decode(sample, charset);
    const letters = text?.toLowerCase().match(/[^\p{ASCII}\P{L}]/gu) ?? [];
    return (
      text !== undefined && alphabets.some((alphabet) => letters.every((letter) => alphabet.includes(letter)))
    );
  }).map(([charset]) => charset);
  return fitting.includes(guess) ? guess : (fitting[0] ?? guess);
}
