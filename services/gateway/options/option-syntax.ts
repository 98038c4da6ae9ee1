import {
  BITRATES,
  COVERS,
  type ConversionOptions,
  conversionOptions,
  DEFAULT_LOUDNESS,
  LOUDNESS_RANGE,
  MAX_GENRE_LENGTH,
  MAX_SECONDS,
  MAX_TAG_LENGTH,
  OPTION_NAMES,
  type OptionName,
  SAMPLE_RATES,
} from '../../shared/jobs/conversion-options.ts';
import { parseTime } from './parse-time.ts';

type Value = ConversionOptions[OptionName];

/** How the value of an option is written as text. */
interface Syntax {
  /** What a value is, as the end of the sentence «`name` is …». */
  expects: string;
  /** Returns the value, undefined for a text that has another form, and null where the text asks for none. */
  parse(text: string): Value | undefined | null;
}

const NUMBER = /^-?(\d{1,9})(\.\d{1,6})?$/;
const WORDS = { true: ['true', 'yes', 'on', '1'], false: ['false', 'no', 'off', '0'] };

const parseInteger = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return WORDS.true.includes(word) || (WORDS.false.includes(word) ? false : undefined);
}

function parseLoudness(text: string): number | undefined | null {
  const isWanted = parseBoolean(text);
  if (isWanted !== undefined) return isWanted ? DEFAULT_LOUDNESS : null;
  return NUMBER.test(text) ? Number(text) : undefined;
}

/**
 * Returns the tag in the Unicode form NFC, without white space around it. Lone surrogates and U+FFFD come from bytes that are no
 * UTF-8. A tag is one line.
 */
function parseTag(text: string): string | undefined {
  const tag = text.normalize('NFC').trim();
  return /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u.test(tag) ? undefined : tag;
}

/** An ID3v2.3 tag can say a year, and a day together with its month, but no month alone. */
function parseDate(text: string): string | undefined {
  if (/^\d{4}$/.test(text)) return text;
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  // `Date` turns 31 February into 3 March.
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text) ? text : undefined;
}

const oneOf = (values: readonly (number | string)[]): string =>
  `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;

const boolean: Syntax = { expects: 'true or false', parse: parseBoolean };
const time: Syntax = {
  expects: `a time such as 90, 90.5, 1:30 or 01:30:00.250, at most ${MAX_SECONDS / 3600} hours`,
  parse: parseTime,
};
const tag = (maxLength = MAX_TAG_LENGTH): Syntax => ({
  expects: `one line of 1 to ${maxLength} characters in UTF-8, without control characters`,
  parse: parseTag,
});

const SYNTAX: Record<OptionName, Syntax> = {
  bitrate: { expects: `one of ${oneOf(BITRATES)} (kbps)`, parse: parseInteger },
  quality: { expects: 'a whole number from 0 (best) to 9 (smallest)', parse: parseInteger },
  sample_rate: { expects: `one of ${oneOf(SAMPLE_RATES)} (Hz)`, parse: parseInteger },
  channels: { expects: '1 (mono) or 2 (stereo)', parse: parseInteger },
  start: time,
  end: time,
  track: {
    expects: 'the position of an audio track from 1 to 99, or a language such as eng or de',
    parse: (text) => parseInteger(text) ?? text.toLowerCase(),
  },
  normalize: {
    expects: `true, false, or the loudness from ${LOUDNESS_RANGE.min} to ${LOUDNESS_RANGE.max} (LUFS)`,
    parse: parseLoudness,
  },
  title: tag(),
  artist: tag(),
  album: tag(),
  date: { expects: 'a year or a day, as YYYY or YYYY-MM-DD', parse: parseDate },
  genre: tag(MAX_GENRE_LENGTH),
  comment: tag(),
  cover: { expects: oneOf(COVERS), parse: (text) => text },
  strip_tags: boolean,
  strict: boolean,
  copy: boolean,
};

/** Whether there is an option of this name. `preset` is none: it stands for several. */
export const isOptionName = (name: string): name is OptionName =>
  (OPTION_NAMES as readonly string[]).includes(name);

/** What a value of the option is, as the end of the sentence «`name` is …». */
export const expectedValue = (name: OptionName): string => SYNTAX[name].expects;

/** Returns the value, null where the text asks for none (`normalize=false`), and undefined for a text that is no value. */
export function parseValue(name: OptionName, text: string): Value | undefined | null {
  const value = SYNTAX[name].parse(text);
  if (value === undefined || value === null) return value;
  const { success, data } = conversionOptions.shape[name].safeParse(value);
  return success ? data : undefined;
}
