import {
  BITRATES,
  COVERS,
  MAX_TAG_LENGTH,
  OPTION_NAMES,
  type OptionName,
  SAMPLE_RATES,
} from '../../../shared/jobs/conversion-options.ts';
import { describeErrors, type OptionEntry, readOptions } from '../../options/parse-options.ts';
import { PRESET_NAMES, PRESETS } from '../../options/presets.ts';
import { UsageError } from '../errors.ts';
import type { Flag, FlagGroup, Input } from '../syntax/flags.ts';

type Name = OptionName | 'preset';

/** `sample_rate` → `sample-rate` */
const flagOf = (name: Name): string => name.replaceAll('_', '-');
const NAMES: readonly Name[] = [...OPTION_NAMES, 'preset'];

const presetLines = Object.entries(PRESETS).map(([name, options]) => {
  const flags = Object.entries(options).map(([option, value]) =>
    option === 'normalize' ? `--normalize=${value}` : `--${flagOf(option as Name)} ${value}`,
  );
  return `${name}: ${flags.join(' ')}`;
});

interface Description extends Pick<Flag, 'value' | 'isValueOptional' | 'completes'> {
  text: string | readonly string[];
}

const textTag = (what: string): Description => ({ value: 'TEXT', text: what });

const SOUND: Partial<Record<Name, Description>> = {
  preset: {
    value: 'NAME',
    text: ['several options at once, which other options override:', ...presetLines],
    completes: PRESET_NAMES,
  },
  bitrate: {
    value: 'N',
    text: ['constant bit rate in kbps:', BITRATES.join(', ')],
    completes: BITRATES.map(String),
  },
  quality: {
    value: 'N',
    text: 'variable bit rate, 0 (best) to 9 (smallest); default 2',
    completes: [...'0123456789'],
  },
  sample_rate: {
    value: 'N',
    text: ['in Hz:', SAMPLE_RATES.join(', ')],
    completes: SAMPLE_RATES.map(String),
  },
  channels: { value: 'N', text: '1 (mono) or 2 (stereo)', completes: ['1', '2'] },
  start: { value: 'TIME', text: 'where the MP3 begins: seconds, mm:ss or hh:mm:ss, with a fraction' },
  end: { value: 'TIME', text: 'where the MP3 ends' },
  track: { value: 'TRACK', text: 'position among the audio tracks, from 1, or a language such as eng' },
  normalize: { value: 'LUFS', isValueOptional: true, text: 'even loudness (EBU R128); default -16' },
  copy: { text: 'pass sound on unchanged that is MP3 already' },
  strict: { text: 'fail where a part of the sound is missing' },
};

const TAGS: Partial<Record<Name, Description>> = {
  title: textTag('title of the piece'),
  artist: textTag('who made it'),
  album: textTag('album'),
  date: { value: 'DATE', text: 'YYYY or YYYY-MM-DD' },
  genre: textTag('genre'),
  comment: textTag('comment'),
  cover: { value: 'WHAT', text: 'keep, none, or frame: a still of the film', completes: COVERS },
  strip_tags: { text: 'leave out the tags, chapters and cover of the video' },
};

const toFlags = (descriptions: Partial<Record<Name, Description>>): Flag[] =>
  Object.entries(descriptions).map(([name, { text, ...rest }]) => ({
    name: flagOf(name as Name),
    text: [text].flat(),
    ...rest,
  }));

/** The flags of all options of the conversion. A flag that is given twice is found out by the rules for options. */
export const optionGroups: readonly FlagGroup[] = [
  { title: 'Sound', flags: toFlags(SOUND) },
  {
    title: `Tags, of ${MAX_TAG_LENGTH} characters at most; the default is what the video says`,
    flags: toFlags(TAGS),
  },
];

/**
 * Returns the options as query parameters of the upload, as they were written.
 * @throws UsageError, by the same rules as the gateway
 */
export function optionsOf({ values }: Input): Record<string, string> {
  const entries = NAMES.flatMap((name) =>
    (values.get(flagOf(name)) ?? []).map((value): OptionEntry => [name, value]),
  );
  const { errors } = readOptions(entries);
  if (errors.length > 0) {
    throw new UsageError(`${describeErrors(errors, (name) => `--${flagOf(name)}`)}.`);
  }
  return Object.fromEntries(entries);
}
