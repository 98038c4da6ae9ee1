import {
  BITRATES,
  MAX_TAG_LENGTH,
  OPTION_NAMES,
  type OptionName,
  SAMPLE_RATES,
} from '../../../shared/jobs/conversion-options.ts';
import { describeErrors, type OptionEntry, readOptions } from '../../options/parse-options.ts';
import { PRESETS } from '../../options/presets.ts';
import { UsageError } from '../errors.ts';

type Name = OptionName | 'preset';

const SWITCHES: readonly Name[] = ['copy', 'strict', 'strip_tags'];

/** `sample_rate` → `sample-rate` */
const flagOf = (name: Name): string => name.replaceAll('_', '-');
const NAMES: readonly Name[] = [...OPTION_NAMES, 'preset'];

/** The flags of all options, for `parseArgs`. A flag that is given twice is found out by the rules for options. */
export const optionFlags = Object.fromEntries(
  NAMES.map((name) => [
    flagOf(name),
    SWITCHES.includes(name) ? ({ type: 'boolean' } as const) : ({ type: 'string', multiple: true } as const),
  ]),
);

const presetLines = Object.entries(PRESETS).map(([name, options]) => {
  const flags = Object.entries(options).map(([option, value]) =>
    option === 'normalize' ? `--normalize=${value}` : `--${flagOf(option as Name)} ${value}`,
  );
  return `                           ${name}: ${flags.join(' ')}`;
});

export const optionUsage = `Sound:
      --preset NAME      several options at once, which other options override:
${presetLines.join('\n')}
      --bitrate N        constant bit rate in kbps: ${BITRATES.join(', ')}
      --quality N        variable bit rate, 0 (best) to 9 (smallest); default 2
      --sample-rate N    in Hz: ${SAMPLE_RATES.join(', ')}
      --channels N       1 (mono) or 2 (stereo)
      --start TIME       where the MP3 begins: seconds, mm:ss or hh:mm:ss, with a fraction
      --end TIME         where the MP3 ends
      --track TRACK      position among the audio tracks, from 1, or a language such as eng
      --normalize[=LUFS] even loudness (EBU R128); default -16
      --copy             pass sound on unchanged that is MP3 already
      --strict           fail where a part of the sound is missing

Tags, of ${MAX_TAG_LENGTH} characters at most; the default is what the video says:
      --title, --artist, --album, --genre, --comment TEXT
      --date DATE        YYYY or YYYY-MM-DD
      --cover WHAT       keep, none, or frame: a still of the film
      --strip-tags       leave out the tags, chapters and cover of the video
`;

/**
 * Gives `--normalize` its default value, because `parseArgs` knows no flag with an optional one. A number that follows it
 * belongs to it, although it begins like a flag.
 */
export function completeNormalize(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const isFlag = (at: number) => args[at] === '--normalize' && (end === -1 || at < end);
  const isLoudness = (text: string | undefined) => text !== undefined && /^-\d+(\.\d+)?$/.test(text);
  return args.flatMap((arg, at) => {
    if (isFlag(at - 1) && isLoudness(arg)) return [];
    if (!isFlag(at)) return [arg];
    const next = args[at + 1];
    return [`--normalize=${isLoudness(next) ? next : true}`];
  });
}

/**
 * Returns the options as query parameters of the upload, as they were written.
 * @param values what `parseArgs` has found for {@link optionFlags}
 * @throws UsageError, by the same rules as the gateway
 */
export function optionsOf(values: Record<string, unknown>): Record<string, string> {
  const entries = NAMES.flatMap((name) =>
    [values[flagOf(name)] ?? []].flat().map((value): OptionEntry => [name, String(value)]),
  );
  const { errors } = readOptions(entries);
  if (errors.length > 0) {
    throw new UsageError(`${describeErrors(errors, (name) => `--${flagOf(name)}`)}.`);
  }
  return Object.fromEntries(entries);
}
