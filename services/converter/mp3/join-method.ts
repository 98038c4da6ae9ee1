import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { NotJoinable } from '../failure.ts';
import { createReservoirPacker } from './bit-reservoir.ts';
import type { Frame } from './frame-reader.ts';
import type { FramePacker } from './frame-writer.ts';
import type { Overlap } from './segments.ts';
import { createConstantRatePacker, splice } from './splice.ts';

/** How segments are encoded and joined. */
export interface JoinMethod {
  overlap: Overlap;
  /** Whether the encoder may use its bit reservoir. */
  reservoir: boolean;
  /**
   * Joins the same frames of two segments, which both have encoded. Returns as many. Throws {@link NotJoinable} where they do not
   * fit together.
   */
  merge(previous: readonly Frame[], next: readonly Frame[]): readonly Frame[];
  createPacker(): FramePacker;
}

/**
 * Without a reservoir, the state of LAME (overlapping transforms, masking by earlier frames, slow adjustment to the loudness) is
 * after the preroll bit for bit that of an encoder which has encoded everything before. A fade needed 34 frames, and most sound 2.
 */
export const VARIABLE_RATE: JoinMethod = {
  overlap: { preroll: 96, compared: 4, overrun: 8, grid: 1 },
  reservoir: false,
  merge: requireEqual,
  createPacker: createReservoirPacker,
};

/**
 * With a reservoir, how full it was counts as well. Two encoders forget that in the course of some 20 to 200 frames. At 44.1 kHz and
 * its fractions, LAME pads frames in a pattern that begins anew every 49 frames.
 */
export const CONSTANT_RATE: JoinMethod = {
  overlap: { preroll: 6 * 49, compared: 2 * 49, overrun: 2 * 49 + 8, grid: 49 },
  reservoir: true,
  merge: splice,
  createPacker: createConstantRatePacker,
};

export const joinMethodFor = ({ bitrate }: Pick<ConversionOptions, 'bitrate'>): JoinMethod =>
  bitrate === undefined ? VARIABLE_RATE : CONSTANT_RATE;

function requireEqual(previous: readonly Frame[], next: readonly Frame[]): readonly Frame[] {
  for (const [index, { bytes }] of next.entries()) {
    if (!previous[index]?.bytes.equals(bytes)) throw new NotJoinable('two parts do not agree');
  }
  return next;
}
