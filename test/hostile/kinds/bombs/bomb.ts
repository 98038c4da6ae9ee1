import type { HostileFile } from '../../hostile-file.ts';

export type Bomb = [name: string, make: HostileFile['make']];

/** Numbers at which programs fail. */
export const EDGES = [0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] as const;
