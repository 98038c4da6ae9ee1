import type { Program } from '../syntax/command.ts';

/** How the standard output looks: whether it shows colours, and its columns. A file is as wide as its lines. */
export function lookOf({ stdout, env }: Pick<Program, 'stdout' | 'env'>): {
  color: boolean;
  columns: number;
} {
  const isTTY = stdout.isTTY === true;
  const { columns = 80 } = stdout as { columns?: number };
  return { color: isTTY && !env.NO_COLOR, columns: isTTY ? columns : 1000 };
}
