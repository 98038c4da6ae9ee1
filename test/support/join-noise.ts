import { readFile } from 'node:fs/promises';

/** How long a stretch of sound is whose noise is measured, in seconds. */
export const STRETCH_SECONDS = 0.2;

/** A range of samples, each with a value for every channel. */
export interface SampleRange {
  from: number;
  to: number;
}

/** Returns the samples of a WAV of 16 bits. */
export async function samplesOf(wav: string): Promise<Buffer> {
  const bytes = await readFile(wav);
  return bytes.subarray(bytes.indexOf('data') + 8);
}

/** The stretches of 200 ms one after the other, from before a join until after it. */
export function stretchesRound({ from, to }: SampleRange, rate: number): SampleRange[] {
  const length = Math.round(STRETCH_SECONDS * rate);
  const count = Math.ceil((to - from) / length) + 2;
  return Array.from({ length: count }, (_, index) => {
    const begin = from + (index - 1) * length;
    return { from: begin, to: begin + length };
  });
}

/** Returns the signal-to-noise ratio in dB of a range of decoded 16-bit samples. */
export function snr(source: Buffer, decoded: Buffer, { from, to }: SampleRange, channels: number): number {
  let [signal, noise] = [1, 1];
  for (let at = from * 2 * channels; at < to * 2 * channels; at += 2) {
    const value = source.readInt16LE(at);
    signal += value ** 2;
    noise += (value - decoded.readInt16LE(at)) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}
