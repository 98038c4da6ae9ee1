import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts CPU time in hundredths of a second. @see man 7 time, USER_HZ */
const TICKS = 100;

interface Process {
  pid: number;
  parent: number;
  /** Of the process and of its ended children. */
  seconds: number;
  endedChildrenSeconds: number;
}

/** The CPU seconds of all processes that descend from one, with those that have ended and were waited for. Linux only. */
export function cpuSecondsBelow(ancestor: number): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const below = new Set([ancestor]);
  // A parent may have a larger id than its child, so one pass is not enough.
  for (let size = 0; size < below.size; ) {
    size = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  below.delete(ancestor);
  return all.filter(({ pid }) => below.has(pid)).reduce((sum, { seconds }) => sum + seconds, 0);
}

/** The CPU seconds of the children of this process that have ended, and of their ended children. Linux only. */
export const cpuSecondsOfEnded = (): number =>
  parseStat(readFileSync('/proc/self/stat', 'utf8')).endedChildrenSeconds;

/** Undefined if the process has just ended. */
function readProcess(pid: number): Process | undefined {
  try {
    return { pid, ...parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** Reads parent and CPU time, with that of ended children, from `/proc/<pid>/stat`. @see man 5 proc */
export function parseStat(stat: string): Omit<Process, 'pid'> {
  // The name of the program is in parentheses and may contain blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
  const children = (childrenUser ?? 0) + (childrenSystem ?? 0);
  const ticks = (user ?? 0) + (system ?? 0) + children;
  return { parent: Number(fields[1]), seconds: ticks / TICKS, endedChildrenSeconds: children / TICKS };
}
