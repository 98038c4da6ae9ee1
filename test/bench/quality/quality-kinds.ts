import { SOUND_KINDS, type SoundKind } from '../../support/sound-kinds.ts';

const COMMON_BITRATES = [128, 192, 320] as const;
/** Kinds that an encoder finds harder than others, or that the ear notices more. */
const AT_COMMON_BITRATES = new Set(['pink noise', 'bursts like speech', 'castanets', 'two voices']);

const bitratesOf = ({ name, bitrate }: SoundKind) =>
  new Set([bitrate, ...(AT_COMMON_BITRATES.has(name) ? COMMON_BITRATES : [])]);

/** All kinds of sound at a bit rate that suits them, and some at the common bit rates as well. */
export const QUALITY_KINDS: readonly SoundKind[] = SOUND_KINDS.flatMap((kind) =>
  [...bitratesOf(kind)].map((bitrate) => ({ ...kind, bitrate })),
);
