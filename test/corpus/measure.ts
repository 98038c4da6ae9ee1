import { addSound, formulaOf, LAYOUTS, type Layout, mixOf, type Voice } from './sound.ts';

/** Decoded sound. */
export interface Pcm {
  /** Samples per second. */
  rate: number;
  /** One array a channel. */
  channels: Float32Array[];
}

/** A part of the sound that has to be in the MP3 at one place. */
export interface Piece {
  voice: Voice;
  layout: Layout;
  /** Where it begins in the sound, in seconds. */
  from: number;
  /** Its length in seconds. */
  seconds: number;
  /** Where it begins in the MP3, in seconds. */
  at: number;
  /** How much louder than the formula it is. */
  gain: number;
  /** Whether all channels but the LFE have the same sound. */
  isSame: boolean;
}

/** How a piece was found. */
export interface Found {
  /** Samples by which it is late; fractions are possible. Undefined if it was not found. */
  lag: number | undefined;
  /** Level against the expected one, in dB. */
  levelDb: number;
  /** Signal to noise ratio in dB, after lag and level have been taken off. */
  snrDb: number;
  /** The least correlation of any short window, from -1 to 1. */
  worst: number;
  /** Where that window is, in seconds of the MP3. */
  worstAt: number;
}

const SEARCH_WINDOW = 4096;
/** With fewer samples, candidates are found sooner. */
const COARSE_WINDOW = 1024;
/** Windows whose correlation is looked at one by one: a click or a lost packet is in one of them. */
const WINDOW_SECONDS = 0.05;
/** Codecs smear sound over less than this at the ends of a piece. */
const EDGE_SECONDS = 0.06;

/** What a piece should look like, moved by `lag` samples; one array a channel. */
export function expectedOf(
  piece: Piece,
  rate: number,
  channels: 1 | 2,
  first: number,
  count: number,
): Float32Array[] {
  const names = LAYOUTS[piece.layout];
  return mixOf(piece.layout, channels).map((weights) => {
    const target = new Float32Array(count);
    for (const [index, channel] of names.entries()) {
      const gain = (weights[index] ?? 0) * piece.gain;
      const formula = formulaOf(channel, piece.isSame);
      if (gain !== 0)
        addSound(target, {
          voice: piece.voice,
          channel: formula,
          rate,
          from: piece.from + first / rate,
          gain,
        });
    }
    return target;
  });
}

export interface Search {
  /** Samples by which the place may differ. */
  maxLag: number;
  /** The least correlation of the place. No wrong place reaches 0.75. */
  least: number;
}

/** Finds a piece near its place, and measures it. */
export function findPiece(pcm: Pcm, piece: Piece, { maxLag, least }: Search): Found {
  const { rate, channels } = pcm;
  const start = Math.round(piece.at * rate);
  const skew = start - piece.at * rate;
  const count = Math.floor(piece.seconds * rate);
  const lag = search(pcm, piece, { start, skew, count, maxLag, least });
  if (lag === undefined) return { lag, levelDb: Number.NaN, snrDb: Number.NaN, worst: 0, worstAt: piece.at };
  const whole = Math.round(lag);
  // The formula gives the expected values exactly between samples too.
  const expected = expectedOf(piece, rate, channels.length as 1 | 2, skew + whole - lag, count);
  const edge = Math.min(Math.round(EDGE_SECONDS * rate), Math.floor(count / 4));
  const { levelDb, snrDb } = compare(pcm, expected, { at: start + whole, from: edge, to: count - edge });
  let [worst, worstAt] = [1, piece.at];
  const window = Math.round(WINDOW_SECONDS * rate);
  for (let from = edge; from + window <= count - edge; from += window) {
    const { correlation } = compare(pcm, expected, { at: start + whole, from, to: from + window });
    if (correlation < worst) [worst, worstAt] = [correlation, (start + whole + from) / rate];
  }
  return { lag, levelDb, snrDb, worst, worstAt };
}

interface Place extends Search {
  start: number;
  /** Fraction of a sample between the place and `start`. */
  skew: number;
  count: number;
}

/** Returns the lag with the best correlation, with a fraction of a sample. */
function search(pcm: Pcm, piece: Piece, { start, skew, count, maxLag, least }: Place): number | undefined {
  const window = Math.min(SEARCH_WINDOW, count);
  const coarse = Math.min(COARSE_WINDOW, count);
  // At high rates, two neighbours are so alike that every other one is enough.
  const step = pcm.rate >= 32_000 ? 2 : 1;
  for (const share of [0.5, 0.2, 0.8]) {
    const first = Math.floor((count - window) * share);
    const expected = expectedOf(piece, pcm.rate, pcm.channels.length as 1 | 2, first + skew, window);
    const at = (lag: number, to = window) =>
      compare(pcm, expected, { at: start + first + lag, from: 0, to }).correlation;
    let [best, most] = [0, -1];
    for (let lag = -maxLag; lag <= maxLag; lag += step) {
      const correlation = at(lag, coarse);
      if (correlation > most) [best, most] = [lag, correlation];
    }
    const near = [-2, -1, 0, 1, 2].map((offset) => best + offset);
    const peak = near.reduce((a, b) => (at(b) > at(a) ? b : a));
    const [before, top, after] = [at(peak - 1), at(peak), at(peak + 1)];
    if (top < least) continue;
    const curve = before - 2 * top + after;
    return peak + (curve < 0 ? (before - after) / (2 * curve) : 0);
  }
  return undefined;
}

interface Span {
  /** Where the expected values begin in the sound, in samples. */
  at: number;
  /** The part of the expected values that is compared. */
  from: number;
  to: number;
}

function compare(pcm: Pcm, expected: Float32Array[], { at, from, to }: Span) {
  let [xe, ee, xx] = [0, 0, 0];
  for (const [index, values] of expected.entries()) {
    const sound = pcm.channels[index] as Float32Array;
    // What lies outside the sound is silence. Reading a typed array outside its bounds is slow.
    for (let n = from; n < to; n++) ee += (values[n] as number) ** 2;
    const last = Math.min(to, sound.length - at);
    for (let n = Math.max(from, -at); n < last; n++) {
      const x = sound[at + n] as number;
      xe += x * (values[n] as number);
      xx += x * x;
    }
  }
  const noise = xx - (xe * xe) / ee;
  return {
    correlation: xe / Math.sqrt(xx * ee + 1e-12),
    levelDb: 20 * Math.log10(xe / ee),
    snrDb: 10 * Math.log10((xe * xe) / ee / Math.max(noise, 1e-12)),
  };
}

/** The loudest short window between two times, in dBFS: what has to be silence. */
export function loudestDb(pcm: Pcm, fromSeconds: number, toSeconds: number): number {
  const window = Math.round(WINDOW_SECONDS * pcm.rate);
  const [from, to] = [fromSeconds, toSeconds].map((time) => Math.round(time * pcm.rate)) as [number, number];
  let most = 0;
  for (const channel of pcm.channels) {
    for (let start = Math.max(0, from); start + window <= Math.min(to, channel.length); start += window) {
      let sum = 0;
      for (let n = start; n < start + window; n++) sum += (channel[n] as number) ** 2;
      most = Math.max(most, sum / window);
    }
  }
  return 10 * Math.log10(most + 1e-12);
}
