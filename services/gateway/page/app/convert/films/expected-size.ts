import type { ProbeResult } from '../../../../../shared/jobs/probe.ts';
import { soundBytes } from '../../../../../shared/mp3/sound-bytes.ts';
import { readOptions } from '../../../../options/parse-options.ts';
import type { Options } from '../options/options.ts';

/** How large an MP3 is expected to be. */
export interface ExpectedSize {
  bytes: number;
  /** Whether its bit rate varies: then the number is that of music, and speech needs less. */
  isVariable: boolean;
}

type Known = Pick<ProbeResult, 'sound' | 'expected' | 'tracks' | 'options' | 'warnings' | 'cover'>;

/**
 * Returns how large the MP3 of a film will be with these options, which may be others than those of the probe. Undefined where
 * that cannot be told: for wrong options, for sound that is passed on as it is, and for a film whose end is missing.
 */
export function expectedSize(probe: Known, options: Options): ExpectedSize | undefined {
  const { options: wanted, errors } = readOptions(Object.entries(options));
  const seconds = probe.expected.duration_seconds;
  const isCut = probe.warnings.some(({ code }) => code === 'truncated');
  const isCopied = wanted.copy && probe.tracks.find(({ selected }) => selected)?.codec === 'mp3';
  if (errors.length > 0 || seconds === null || !probe.sound || isCut || isCopied) return undefined;
  const { start = 0, end = Number.POSITIVE_INFINITY } = wanted;
  const source = {
    sampleRate: probe.sound.sample_rate ?? undefined,
    channels: probe.sound.channels ?? undefined,
  };
  const selected = Math.min(seconds, end) - start;
  if (selected <= 0) return undefined;
  const frames = soundBytes(selected, source, wanted);
  const probed = probe.expected.size;
  const tag = probed === null ? 0 : Math.max(0, probed - soundBytes(seconds, source, probe.options));
  // Of a tag with a picture, the picture is nearly all.
  const isWithoutTag = wanted.strip_tags || (wanted.cover === 'none' && probe.cover);
  return { bytes: frames + (isWithoutTag ? 0 : tag), isVariable: wanted.bitrate === undefined };
}
