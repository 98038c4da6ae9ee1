import type { ConversionOptions } from '../../../services/shared/jobs/conversion-options.ts';
import { randomNumbers } from '../../support/random.ts';
import { FORMATS } from '../formats.ts';
import type { HostileFile } from '../hostile-file.ts';
import { mutate, pick } from '../structure/mutate.ts';
import { splice } from '../structure/splice.ts';

/** One file in so many is a splice of two formats. */
const SPLICE_EVERY = 10;
/** One file in so many is also probed. */
const PROBE_EVERY = 5;

/** Most files are converted as most users do. Options lead to other code. */
const OPTIONS: readonly (ConversionOptions | undefined)[] = [
  ...Array.from({ length: 9 }, () => undefined),
  { normalize: -16 },
  { copy: true },
  { start: 0.2, end: 0.7 },
  { cover: 'frame' },
  { track: 'eng', strict: true },
  { bitrate: 128, channels: 1, sample_rate: 22_050 },
];

/**
 * Files with changed headers. The file of a number depends on the seed and the number alone.
 * @param count how many
 */
export const mutationFiles = (seed: number, count: number): HostileFile[] =>
  Array.from({ length: count }, (_, number) => mutationOf(seed, number));

function mutationOf(seed: number, number: number): HostileFile {
  const numbers = () => randomNumbers(seed * 2_654_435_761 + number * 40_503);
  const random = numbers();
  const format = pick(random, FORMATS);
  const isSplice = number % SPLICE_EVERY === SPLICE_EVERY - 1;
  const other = pick(random, FORMATS);
  const options = pick(random, OPTIONS);
  return {
    kind: isSplice ? 'splice' : 'mutation',
    name: `${number} of ${isSplice ? `${format} and ${other}` : format}`,
    ...(options && { options }),
    isProbed: number % PROBE_EVERY === 0,
    async make({ film }) {
      const bytes = await film(format);
      const random = numbers();
      return (isSplice ? splice(bytes, await film(other), random) : mutate(bytes, random)).bytes;
    },
  };
}
