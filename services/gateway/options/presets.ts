import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';

/** Sets of options for common purposes. An option that is given beside a preset overrides the one of the preset. */
export const PRESETS = {
  /** The best variable bit rate, about 245 kbps. */
  music: { quality: 0 },
  /** Speech for an audience: mono, and as loud as podcast platforms ask for. */
  podcast: { bitrate: 96, channels: 1, normalize: -16 },
  /** Speech in little space: 21 MB an hour. */
  small: { bitrate: 48, sample_rate: 24_000, channels: 1 },
} as const satisfies Record<string, ConversionOptions>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

export const isPresetName = (name: string): name is PresetName =>
  (PRESET_NAMES as readonly string[]).includes(name);
