import {
  type ConversionOptions,
  maxBitrateAt,
  type OptionName,
} from '../../../../../shared/jobs/conversion-options.ts';
import { isOptionName, parseValue } from '../../../../options/option-syntax.ts';
import { readOptions } from '../../../../options/parse-options.ts';
import { parseTime } from '../../../../options/parse-time.ts';
import { isPresetName, PRESETS } from '../../../../options/presets.ts';
import type { Options } from './options.ts';

/** What is wrong with an option. The texts are `convert.wrong.<name>`. */
export interface OptionFault {
  /** Beside which field it is shown. */
  option: string;
  name: WrongName;
  /** What the text says of it. */
  values: Readonly<Record<string, string | number>>;
}

export type WrongName =
  | 'value'
  | 'time'
  | 'date'
  | 'loudness'
  | 'tag'
  | 'order'
  | 'beyond'
  | 'bitrate_at_rate'
  | 'copy'
  | 'other';

/** Whether a gateway of this release takes the options. */
export const isValid = (options: Options): boolean =>
  readOptions(Object.entries(options)).errors.length === 0;

/**
 * Returns what is wrong with the options, by the rules of the gateway.
 * @param filmSeconds length of the film, where it is known
 */
export function checkOptions(options: Options, filmSeconds?: number | null): OptionFault[] {
  const faults = [
    ...Object.entries(options).flatMap(([name, text]) => wrongValue(name, text)),
    ...wrongRange(options, filmSeconds ?? Number.POSITIVE_INFINITY),
    ...wrongBitrate(options),
    ...wrongCopy(options),
  ];
  if (faults.length > 0) return faults;
  // The rules above have texts in all languages. This catches what they leave out.
  const [error] = readOptions(Object.entries(options)).errors;
  return error ? [{ option: 'preset', name: 'other', values: { detail: error((name) => name) } }] : [];
}

const NAMES: Partial<Record<OptionName, WrongName>> = {
  ...{ start: 'time', end: 'time', date: 'date', normalize: 'loudness' },
  ...{ title: 'tag', artist: 'tag', album: 'tag', genre: 'tag', comment: 'tag' },
};

function wrongValue(option: string, text: string): OptionFault[] {
  if (!isOptionName(option) || parseValue(option, text) !== undefined) return [];
  return [{ option, name: NAMES[option] ?? 'value', values: {} }];
}

function wrongRange({ start = '0', end }: Options, filmSeconds: number): OptionFault[] {
  const from = parseTime(start);
  const to = end === undefined ? undefined : parseTime(end);
  if (from !== undefined && from >= filmSeconds) return [{ option: 'start', name: 'beyond', values: {} }];
  if (from === undefined || to === undefined || to - from >= 0.01) return [];
  return [{ option: 'end', name: 'order', values: {} }];
}

function wrongBitrate({ bitrate, quality, sample_rate, preset }: Options): OptionFault[] {
  const ofPreset: ConversionOptions = preset !== undefined && isPresetName(preset) ? PRESETS[preset] : {};
  const rate = sample_rate === undefined ? ofPreset.sample_rate : Number(sample_rate);
  // A quality overrides the bit rate of a preset, as a bit rate does.
  const kbps =
    bitrate === undefined ? (quality === undefined ? ofPreset.bitrate : undefined) : Number(bitrate);
  if (rate === undefined || kbps === undefined || kbps <= maxBitrateAt(rate)) return [];
  return [{ option: 'bitrate', name: 'bitrate_at_rate', values: { rate, most: maxBitrateAt(rate) } }];
}

const EXCLUDED_BY_COPY = ['sample_rate', 'channels', 'normalize', 'start', 'end'];

function wrongCopy(options: Options): OptionFault[] {
  if (options.copy !== 'true') return [];
  const { errors } = readOptions(Object.entries(options));
  const isExcluded =
    EXCLUDED_BY_COPY.some((name) => options[name] !== undefined) || options.preset !== undefined;
  return errors.length > 0 && isExcluded ? [{ option: 'copy', name: 'copy', values: {} }] : [];
}
