import {
  type ConversionOptions,
  maxBitrateAt,
  type OptionName,
  SAMPLE_RATES,
} from '../../shared/jobs/conversion-options.ts';

/** Writes the name of an option as its reader knows it: `sample_rate`, or `--sample-rate` on the command line. */
export type Label = (name: OptionName | 'preset') => string;
/** Returns a sentence for people. */
export type OptionError = (label: Label) => string;

/** Seconds. What is shorter would be silence that the encoder adds. */
const MIN_LENGTH = 0.01;
/** What changes the sound, so that it cannot be passed on unchanged. */
const NEEDS_ENCODING = ['sample_rate', 'channels', 'normalize', 'start', 'end'] as const;

/** Returns what makes these options impossible together. Without this check, ffmpeg would silently make something else. */
export function conflictsOf(options: ConversionOptions): OptionError[] {
  return [qualityAndBitrate, bitrateAtSampleRate, range, copyAndEncoding, strippedCover].flatMap((rule) =>
    rule(options),
  );
}

function qualityAndBitrate({ bitrate, quality }: ConversionOptions): OptionError[] {
  if (bitrate === undefined || quality === undefined) return [];
  return [(label) => `${label('bitrate')} and ${label('quality')} exclude each other: give one of them`];
}

function bitrateAtSampleRate({ bitrate, sample_rate }: ConversionOptions): OptionError[] {
  if (bitrate === undefined || sample_rate === undefined) return [];
  const most = maxBitrateAt(sample_rate);
  if (bitrate <= most) return [];
  const rates = SAMPLE_RATES.filter((rate) => maxBitrateAt(rate) >= bitrate).join(', ');
  return [
    (label) =>
      `there is no MP3 with ${label('bitrate')} ${bitrate} and ${label('sample_rate')} ${sample_rate}: ` +
      `give a ${label('bitrate')} of ${most} at most, or a ${label('sample_rate')} of ${rates}`,
  ];
}

function range({ start = 0, end }: ConversionOptions): OptionError[] {
  // Rounded, because 1000.01 - 1000 is slightly less than 0.01 in binary.
  if (end === undefined || Math.round((end - start) * 1e6) >= MIN_LENGTH * 1e6) return [];
  return [
    (label) =>
      `${label('end')} (${end} s) must be at least ${MIN_LENGTH} s after ${label('start')} (${start} s)`,
  ];
}

function copyAndEncoding(options: ConversionOptions): OptionError[] {
  // A start of 0 changes nothing.
  const others = NEEDS_ENCODING.filter((name) => options[name] !== undefined && options[name] !== 0);
  if (!options.copy || others.length === 0) return [];
  return [
    (label) =>
      `${label('copy')} passes the sound on unchanged, so it excludes ${others.map(label).join(', ')}: ` +
      `leave out ${label('copy')} or ${others.length === 1 ? 'that one' : 'those'}`,
  ];
}

function strippedCover({ cover, strip_tags }: ConversionOptions): OptionError[] {
  if (!strip_tags || cover !== 'keep') return [];
  return [
    (label) =>
      `${label('strip_tags')} leaves out the cover of the video, so it excludes ${label('cover')} keep: ` +
      `give ${label('cover')} none or frame, or leave out one of the two`,
  ];
}
