import { readdirSync, readFileSync } from 'node:fs';

/** Returns the command lines of all processes that have this argument. In a box, a process shows no folder of ours. */
export function processesWith(argument: string): string[][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandOf(pid))
    .filter((command) => command.slice(1).includes(argument));
}

function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Whether the tool itself runs, and not only what starts it. */
export const isSleeping = (argument: string): boolean =>
  processesWith(argument).some(([program, first]) => /\/sleep$/.test(program ?? '') && first === argument);
