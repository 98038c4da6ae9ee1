import type { HostileFile } from '../hostile-file.ts';
import { boxBombs } from './bombs/boxes.ts';
import { compressedBombs } from './bombs/compressed.ts';
import { loopBombs } from './bombs/loops.ts';
import { numberBombs } from './bombs/numbers.ts';
import { soundBombs } from './bombs/sounds.ts';
import { tagBombs } from './bombs/tags.ts';

/** Small files that want a lot: of time, of memory, of disk. */
export const bombFiles = (): HostileFile[] =>
  [...soundBombs, ...numberBombs, ...boxBombs, ...tagBombs, ...loopBombs, ...compressedBombs].map(
    ([name, make]) => ({
      ...{ kind: 'bomb', name, make, isProbed: true },
    }),
  );
