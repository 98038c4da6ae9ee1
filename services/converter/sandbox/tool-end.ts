import { constants } from 'node:os';
import type { Sandbox } from './sandbox.ts';

/** The limit that a tool has reached, as far as its end shows it. Memory above its limit is refused, and kills nothing. */
export type ReachedLimit = 'cpuSeconds' | 'fileBytes';

export interface ToolEnd {
  /** Null when the tool was killed by `killedBy`. */
  code: number | null;
  killedBy: NodeJS.Signals | null;
  /** Undefined where the tool ended for another reason. The kernel kills with SIGKILL where memory is short. */
  reachedLimit?: ReachedLimit | undefined;
}

const REACHED: Partial<Record<NodeJS.Signals, ReachedLimit>> = {
  SIGXCPU: 'cpuSeconds',
  SIGXFSZ: 'fileBytes',
};
/** Some signals have a second name, such as SIGIOT for SIGABRT. The usual name comes first, so it is set last. */
const NAMES = new Map(
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name as NodeJS.Signals]),
);
/** bwrap, and shells, exit with this number and the number of the signal that has killed their child. */
const SIGNAL_BASE = 128;

/** Says how the tool itself has ended, from how the command line of the sandbox has ended. */
export function readEnd({ layers }: Sandbox, code: number | null, killedBy: NodeJS.Signals | null): ToolEnd {
  const inside = layers.includes('namespaces') && code !== null ? NAMES.get(code - SIGNAL_BASE) : undefined;
  const signal = killedBy ?? inside ?? null;
  return {
    code: signal === null ? code : null,
    killedBy: signal,
    reachedLimit: layers.length > 0 && signal !== null ? REACHED[signal] : undefined,
  };
}

const FAILURE_CODES: Record<string, number> = { bwrap: 1, confine: 125 };

/**
 * Returns the message of the sandbox where it has not started the tool: that is no fault of the file. `first` is the first line
 * of standard error.
 */
export function sandboxFailure({ layers }: Sandbox, code: number | null, first: string): string | undefined {
  if (layers.length === 0) return undefined;
  const [, program] = /^(bwrap|confine): /.exec(first) ?? [];
  return program !== undefined && FAILURE_CODES[program] === code ? first.slice(0, 500) : undefined;
}
