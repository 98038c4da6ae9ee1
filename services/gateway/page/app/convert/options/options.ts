import { OPTION_NAMES, type OptionName } from '../../../../../shared/jobs/conversion-options.ts';

/** Options of a conversion as query parameters of the API: only those that are not left to the gateway. */
export type Options = Readonly<Record<string, string>>;

/** How films are converted and sent, unless a film has options of its own. */
export interface Settings {
  options: Options;
  /** Whether all of each film is sent, although its sound would be enough. */
  whole: boolean;
}

/** Options that suit one film alone. The others are chosen for all films together. */
export const OWN_OPTIONS = ['track', 'start', 'end', 'title'] as const satisfies OptionName[];

/** Options that make no sense for the films of another day. */
const FORGOTTEN = [
  ...OWN_OPTIONS,
  'artist',
  'album',
  'date',
  'genre',
  'comment',
] as const satisfies OptionName[];

/** Options that are remembered for the next films. */
export const REMEMBERED: readonly string[] = [
  'preset',
  ...OPTION_NAMES.filter((name) => !(FORGOTTEN as readonly string[]).includes(name)),
];

/** The options with one of them changed. An empty text leaves it to the gateway. */
export function withOption(options: Options, name: string, value: string): Options {
  const { [name]: _, ...others } = options;
  return value === '' ? others : { ...others, [name]: value };
}

export const pickOptions = (options: Options, names: readonly string[]): Options =>
  Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));

/** Options that a preset stands for, so that choosing another preset drops them. */
const OF_PRESETS = ['bitrate', 'quality', 'sample_rate', 'channels', 'normalize', 'copy'];

/** The options with another preset. Empty for none. */
export const withPreset = (options: Options, preset: string): Options =>
  withOption(
    Object.fromEntries(Object.entries(options).filter(([name]) => !OF_PRESETS.includes(name))),
    'preset',
    preset,
  );
