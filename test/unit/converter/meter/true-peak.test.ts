import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { STRIDE } from '../../../../services/converter/meter/channel-meter.ts';
import { HISTORY, interpolate, PHASES, REACH } from '../../../../services/converter/meter/interpolate.ts';
import { createTruePeak } from '../../../../services/converter/meter/true-peak.ts';
import { randomNumbers } from '../../../support/random.ts';

const BLOCK = 4_800;
const BLOCKS = 4;
const PIECE = 100;
const FULL_SCALE = 2 ** 14;
const RANGE = 2 ** 31;

/** A sound of -1 to 1 and more, of random numbers from 0 to 1. */
type Sound = (random: () => number) => () => number;

const white: Sound = (random) => () => 2 * random() - 1;
/** @param share of each new number. The smaller it is, the deeper is the noise. */
const deep =
  (share: number): Sound =>
  (random) => {
    let level = 0;
    return () => {
      level += share * (2 * random() - 1 - level);
      return level / Math.sqrt(share);
    };
  };
const clipped =
  (sound: Sound, limit: number): Sound =>
  (random) => {
    const next = sound(random);
    return () => Math.max(-limit, Math.min(limit, next()));
  };
/** A sine with a random phase, whose samples miss its peaks. */
const tone =
  (period: number): Sound =>
  (random) => {
    let turns = random();
    return () => {
      turns += 1 / period;
      return 0.7 * Math.sin(2 * Math.PI * turns) + 0.001 * random();
    };
  };
/** Silence with a few pairs of equal samples. */
const pairs: Sound = (random) => {
  let level = 0;
  let left = 0;
  return () => {
    if (left > 0) left -= 1;
    else if (random() < 0.001) [level, left] = [random(), 1];
    else level = 0;
    return level;
  };
};

const SOUNDS: [what: string, sound: Sound][] = [
  ['white noise', white],
  ['noise', deep(0.3)],
  ['deep noise', deep(0.05)],
  ['white noise that is clipped', clipped(white, 0.5)],
  ['noise that is clipped', clipped(deep(0.3), 0.4)],
  ['deep noise that is clipped hard', clipped(deep(0.05), 0.2)],
  ['a tone of 2.3 samples', tone(2.3)],
  ['a tone of 4 samples', tone(4)],
  ['a tone of 5.1 samples', tone(5.1)],
  ['pairs of equal samples', pairs],
];

const maximum = (values: Iterable<number>): number => {
  let highest = 0;
  for (const value of values) highest = Math.max(highest, Math.abs(value));
  return highest;
};

/** Interpolates around every sample except the last ones, which have no samples behind them. Returns the highest level. */
function everywhere(samples: Int16Array): number {
  const begin = HISTORY * STRIDE;
  const all = new Int16Array(begin + samples.length);
  all.set(samples, begin);
  let highest = maximum(samples);
  for (let at = begin - STRIDE; at < all.length - REACH * STRIDE; at++)
    for (let phase = 1; phase < PHASES; phase++)
      highest = Math.max(highest, Math.abs(interpolate(all, at, phase)));
  return highest;
}

/** The highest level that is found in blocks, as the sound meter gives them. */
function found(samples: Int16Array): number {
  const begin = HISTORY * STRIDE;
  const block = new Int16Array(begin + BLOCK * STRIDE);
  const truePeak = createTruePeak(block.length);
  const all = new Int16Array(begin + samples.length);
  all.set(samples, begin);
  for (let start = begin; start < all.length; start += BLOCK * STRIDE) {
    block.set(all.subarray(start - begin, start + BLOCK * STRIDE));
    for (let from = begin; from < block.length; from += PIECE * STRIDE) {
      const to = from + PIECE * STRIDE;
      const highest = maximum(block.subarray(from, to));
      const turn = maximum(turnsOf(block, from - STRIDE, to - STRIDE));
      truePeak.take(block, from, to, { highest, turn });
    }
    truePeak.look(block, block.length);
  }
  return truePeak.highest();
}

function* turnsOf(samples: Int16Array, from: number, to: number): Generator<number> {
  const at = (index: number): number => samples[index] ?? 0;
  for (let index = from; index < to; index++) yield at(index - STRIDE) - 2 * at(index) + at(index + STRIDE);
}

describe('the true peak', () => {
  for (const [what, sound] of SOUNDS) {
    it(`is the same as if all of the sound were interpolated, to 0.2 dB: ${what}`, () => {
      for (let seed = 1; seed <= 3; seed++) {
        const random = randomNumbers(seed);
        const next = sound(() => random(RANGE) / RANGE);
        const samples = new Int16Array(BLOCKS * BLOCK * STRIDE);
        // The right channel is silent, so that only one of the channels has the peak.
        for (let at = 0; at < samples.length; at += STRIDE)
          samples[at] = Math.round(next() * FULL_SCALE * 0.7);
        const decibels = 20 * Math.log10(found(samples) / everywhere(samples));
        assert.ok(Math.abs(decibels) <= 0.2, `seed ${seed}: ${decibels} dB`);
      }
    });
  }
});
