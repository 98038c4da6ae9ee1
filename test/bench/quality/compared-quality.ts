import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, runFfmpeg } from '../../integration/converter/mp3/inspect-mp3.ts';
import type { Python } from '../../polyglot/python-packages.ts';
import { samplesOf, snr, stretchesRound } from '../../support/join-noise.ts';
import { type EncodedTwice, encodeTwice } from '../../support/parallel-cbr.ts';
import type { SoundKind } from '../../support/sound-kinds.ts';
import { type ChannelScores, MODES, rate, windowRound } from './visqol.ts';

/** Three parts have two joins. */
const PARTS = 3;
/** Frames of the low sample rates last longer, so that it takes a longer sound for a preroll. */
const secondsOf = ({ rate }: SoundKind) => (rate < 16_000 ? 90 : 40);

/** What is done with each sound. */
export interface Comparison {
  python: Python;
  /** Where files are made. */
  folder: string;
  signal: AbortSignal;
}

export interface ComparedQuality {
  /** Whether both MP3s have the same samples. */
  isSame: boolean;
  /** Of the whole sound, and of windows round the joins. */
  audio: ChannelScores[];
  /** Of the whole sound, where it has speech. */
  speech: ChannelScores[] | undefined;
  /** How many windows are round the joins, for each channel. */
  windows: number;
  /** By how many dB the signal-to-noise ratio of 200 ms is lower than with one encoder, at most. */
  decibelsLost: number;
}

/**
 * Encodes a kind of sound by one encoder and by three side by side, and rates both.
 * @throws {NotJoinable} where the parts do not fit together
 */
export async function compareQuality(kind: SoundKind, comparison: Comparison): Promise<ComparedQuality> {
  const folder = await mkdtemp(join(comparison.folder, 'quality-'));
  try {
    const made = await encodeTwice(kind, { folder, seconds: secondsOf(kind), parts: PARTS });
    const stretches = made.joins.flatMap((range) => stretchesRound(range, kind.rate));
    const windows = stretches.map((stretch) => windowRound(stretch, kind.rate));
    const rateIn = async (mode: keyof typeof MODES, within: typeof windows) =>
      rate(
        { ...(await rawSamples(made, folder, MODES[mode])), mode, channels: kind.channels, windows: within },
        { ...comparison, folder },
      );
    const [source, one, ours] = await Promise.all([
      samplesOf(made.source),
      decode(made.serial),
      decode(made.parallel),
    ]);
    const lost = stretches.map(
      (range) => snr(source, one, range, kind.channels) - snr(source, ours, range, kind.channels),
    );
    return {
      isSame: one.equals(ours),
      audio: await rateIn('audio', windows),
      speech: kind.hasSpeech ? await rateIn('speech', []) : undefined,
      windows: windows.length,
      decibelsLost: Math.max(...lost),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Decodes all three at a sample rate, by the same resampler. */
async function rawSamples({ source, serial, parallel }: EncodedTwice, folder: string, sampleRate: number) {
  const decoded = async (input: string, name: string): Promise<string> => {
    const output = join(folder, `${name}-${sampleRate}.f32`);
    await runFfmpeg('error', '-i', input, '-ar', String(sampleRate), '-f', 'f32le', output);
    return output;
  };
  const original = await decoded(source, 'original');
  return { original, first: await decoded(serial, 'first'), second: await decoded(parallel, 'second') };
}
