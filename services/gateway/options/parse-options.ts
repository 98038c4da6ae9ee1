import {
  type ConversionOptions,
  DEFAULT_OPTIONS,
  OPTION_NAMES,
  type OptionName,
} from '../../shared/jobs/conversion-options.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { conflictsOf, type Label, type OptionError } from './conflicts.ts';
import { expectedValue, isOptionName, parseValue } from './option-syntax.ts';
import { isPresetName, PRESET_NAMES, PRESETS, type PresetName } from './presets.ts';

/** An option as a client writes it: in a query, a form, metadata, or on a command line. */
export type OptionEntry = readonly [name: string, value: string];

/** Whether an entry may have this name. */
export const isKnownName = (name: string): boolean => name === 'preset' || isOptionName(name);

/** Errors that one response lists. */
const MAX_ERRORS = 10;
/** Unknown names that one response repeats. */
const MAX_UNKNOWN = 5;
/** Characters of a name or value that an error repeats. */
const MAX_QUOTED = 40;

const DEFAULTS: ConversionOptions = {
  start: 0,
  cover: 'keep',
  strip_tags: false,
  strict: false,
  copy: false,
};

/** The value of each option that was given. Null means that none is wanted, also where a preset has one. */
type Given = Map<OptionName, ConversionOptions[OptionName] | null>;

interface ReadEntries {
  given: Given;
  preset: PresetName | undefined;
  errors: OptionError[];
}

/**
 * Reads the options of a job from any number of entries. The result has the order of the schema, the options of the preset, and
 * none that has its default, so that equal conversions have equal options.
 * @throws AppError `invalid_option`, with all errors in one text
 */
export function parseOptions(entries: Iterable<OptionEntry>): ConversionOptions {
  const { options, errors } = readOptions(entries);
  if (errors.length > 0) throw invalidOption(errors);
  return options;
}

/**
 * Checks entries to which others may be added. Reports what no other entry can mend.
 * @throws AppError `invalid_option`
 */
export function checkOptions(entries: Iterable<OptionEntry>): void {
  const { given, errors } = readEntries(entries);
  errors.push(...conflictsOf(explicitOptions(given)));
  if (errors.length > 0) throw invalidOption(errors);
}

/** As {@link parseOptions}, but returns the errors. */
export function readOptions(entries: Iterable<OptionEntry>): {
  options: ConversionOptions;
  errors: OptionError[];
} {
  const { given, preset, errors } = readEntries(entries);
  const options = applyPreset(given, preset);
  errors.push(...conflictsOf(options));
  return { options: withoutDefaults(options), errors };
}

function readEntries(entries: Iterable<OptionEntry>): ReadEntries {
  const given: Given = new Map();
  const presets = new Set<PresetName>();
  const unknown = new Set<string>();
  const errors = new Map<string, OptionError>();
  for (const [name, text] of entries) {
    if (name === 'preset') {
      if (isPresetName(text)) presets.add(text);
      else errors.set('preset', wrongPreset(text));
    } else if (!isOptionName(name)) {
      unknown.add(name);
    } else {
      const value = parseValue(name, text);
      if (value === undefined) errors.set(name, wrongValue(name, text));
      else if (given.has(name) && given.get(name) !== value) errors.set(name, givenTwice(name));
      else given.set(name, value);
    }
  }
  if (presets.size > 1) errors.set('preset', givenTwice('preset'));
  const all = [...errors.values(), ...(unknown.size > 0 ? [unknownOptions([...unknown])] : [])];
  return { given, preset: [...presets][0], errors: all };
}

/** The options in the order of the schema. */
const explicitOptions = (given: Given): ConversionOptions => inOrder((name) => given.get(name) ?? undefined);

function inOrder(getValue: (name: OptionName) => unknown): ConversionOptions {
  const values = OPTION_NAMES.map((name) => [name, getValue(name)]).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(values) as ConversionOptions;
}

function applyPreset(given: Given, name: PresetName | undefined): ConversionOptions {
  const preset: ConversionOptions = { ...(name && PRESETS[name]) };
  // The two exclude each other, so either of them overrides both.
  if (given.has('bitrate') || given.has('quality')) {
    delete preset.bitrate;
    delete preset.quality;
  }
  return inOrder((option) => (given.has(option) ? (given.get(option) ?? undefined) : preset[option]));
}

function withoutDefaults(options: ConversionOptions): ConversionOptions {
  const isEncodingGiven = options.bitrate !== undefined || options.quality !== undefined;
  const complete = isEncodingGiven ? options : { ...DEFAULT_OPTIONS, ...options };
  return inOrder((name) => (complete[name] === DEFAULTS[name] ? undefined : complete[name]));
}

/** Repeats what a client has sent, safely and in bounded length. */
function quote(text: string): string {
  if (/^[\w.:-]{1,40}$/.test(text)) return text;
  const short = text.slice(0, MAX_QUOTED);
  return JSON.stringify(short) + (short.length < text.length ? '…' : '');
}

const unknownOptions =
  (names: readonly string[]): OptionError =>
  (label) => {
    const quoted = names.slice(0, MAX_UNKNOWN).map(quote).join(', ');
    const more = names.length > MAX_UNKNOWN ? ` and ${names.length - MAX_UNKNOWN} more` : '';
    const known = [...OPTION_NAMES, 'preset' as const].map(label).join(', ');
    return `there is no option ${quoted}${more}; the options are ${known}`;
  };

const wrongValue =
  (name: OptionName, text: string): OptionError =>
  (label) =>
    `${label(name)} is ${expectedValue(name)}, not ${quote(text)}`;

const wrongPreset =
  (text: string): OptionError =>
  (label) =>
    `${label('preset')} is one of ${PRESET_NAMES.join(', ')}, not ${quote(text)}`;

const givenTwice =
  (name: OptionName | 'preset'): OptionError =>
  (label) =>
    `${label(name)} is given with different values: give it once`;

/** All errors as one text, at most ten of them. */
export function describeErrors(errors: readonly OptionError[], label: Label): string {
  const shown = errors.slice(0, MAX_ERRORS).map((error) => error(label));
  const more = errors.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

const invalidOption = (errors: readonly OptionError[]): AppError =>
  new AppError(
    'invalid_option',
    describeErrors(errors, (name) => name),
  );
