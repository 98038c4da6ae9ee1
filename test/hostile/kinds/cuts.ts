import { FORMATS } from '../formats.ts';
import type { HostileFile } from '../hostile-file.ts';

/** Places at which each format is cut. */
export const PLACES = 40;

/** Every format, cut at `PLACES` places: half of them in the first tenth, where headers are. */
export function cutFiles(): HostileFile[] {
  return FORMATS.flatMap((format) =>
    Array.from({ length: PLACES }, (_, place): HostileFile => {
      const half = PLACES / 2;
      const share = place < half ? ((place + 1) / half) * 0.1 : 0.1 + ((place - half + 1) / (half + 1)) * 0.9;
      return {
        ...{ kind: 'cut', name: `${format} at ${(share * 100).toFixed(1)} %`, isProbed: place % 4 === 0 },
        make: async ({ film }) => {
          const bytes = await film(format);
          return bytes.subarray(0, Math.max(1, Math.floor(bytes.length * share)));
        },
      };
    }),
  );
}
