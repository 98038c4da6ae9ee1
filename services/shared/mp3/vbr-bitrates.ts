/**
 * Mean bit rates of LAME's variable bit rate in kbps: by sample rate in Hz, for mono and for stereo, from quality 0 to 9. Measured
 * with ten pieces of orchestral music of 15 s each. They lay from 13 % below to 20 % above the mean, and in mono at 8 and 11 kHz up
 * to 32 % above it. Speech of one voice needs less: in stereo down to 44 % of it.
 */
const MEASURED: Record<number, { mono: readonly number[]; stereo: readonly number[] }> = {
  8000: {
    mono: [30, 27, 24, 23, 20, 18, 16, 15, 15, 15],
    stereo: [58, 52, 46, 43, 39, 34, 30, 28, 28, 27],
  },
  11025: {
    mono: [39, 35, 31, 29, 26, 23, 21, 20, 19, 19],
    stereo: [64, 64, 59, 56, 50, 44, 40, 37, 36, 36],
  },
  12000: {
    mono: [42, 38, 34, 32, 29, 25, 23, 21, 21, 21],
    stereo: [65, 64, 63, 60, 54, 47, 43, 40, 39, 39],
  },
  16000: {
    mono: [55, 50, 44, 41, 37, 32, 30, 28, 27, 27],
    stereo: [108, 97, 85, 80, 71, 62, 56, 52, 51, 50],
  },
  22050: {
    mono: [76, 68, 60, 56, 51, 45, 40, 37, 35, 30],
    stereo: [147, 132, 116, 109, 97, 85, 77, 70, 67, 57],
  },
  24000: {
    mono: [84, 75, 66, 62, 56, 49, 44, 40, 38, 32],
    stereo: [158, 145, 128, 120, 107, 93, 84, 76, 72, 59],
  },
  32000: {
    mono: [108, 96, 84, 78, 70, 59, 51, 45, 43, 35],
    stereo: [211, 187, 164, 152, 134, 113, 97, 85, 81, 67],
  },
  44100: {
    mono: [126, 111, 97, 91, 81, 70, 60, 53, 50, 42],
    stereo: [249, 219, 191, 176, 157, 133, 115, 101, 96, 80],
  },
  48000: {
    mono: [128, 113, 99, 92, 82, 70, 62, 55, 52, 44],
    stereo: [252, 222, 193, 179, 159, 136, 119, 105, 99, 83],
  },
};

/**
 * Returns the bit rate that is to be expected, in kbps.
 * @param rate of the MP3 in Hz
 * @param channels 1 or 2
 */
export function vbrBitrate({
  quality,
  rate,
  channels,
}: {
  quality: number;
  rate: number;
  channels: number;
}): number {
  const measured = MEASURED[rate]?.[channels === 1 ? 'mono' : 'stereo'][quality];
  if (measured === undefined) throw new Error(`no MP3 has quality ${quality} and ${rate} Hz`);
  return measured;
}
