import { readdirSync, readFileSync } from 'node:fs';

const POLL_MS = 20;

/** The unit of the kernel: every Linux counts in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Measures what the processes take that another one has started. */
export interface ToolUse extends Disposable {
  /** Forgets what was measured. */
  reset(): void;
  /** Largest resident memory of any ffmpeg or ffprobe among them in MB (10⁶ bytes). */
  peakMb(): number;
  /** Their processor time together in seconds. Unlike the time of the clock, it does not depend on what else the machine does. */
  seconds(): number;
}

/**
 * Looks at all descendants of a process again and again. What a process takes within the last 20 ms of its life may be missed. The
 * kernel's own sum is of no use here: bubblewrap ends before it has waited for the tool. Measures nothing on other systems than
 * Linux.
 */
export function watchTools(pid: number): ToolUse {
  let peak = 0;
  const seconds = new Map<number, number>();
  const timer = setInterval(() => {
    for (const descendant of descendants(pid)) {
      peak = Math.max(peak, peakOf(descendant));
      seconds.set(descendant, Math.max(seconds.get(descendant) ?? 0, secondsOf(descendant)));
    }
  }, POLL_MS);
  return {
    reset: () => {
      peak = 0;
      seconds.clear();
    },
    peakMb: () => peak,
    seconds: () => [...seconds.values()].reduce((sum, each) => sum + each, 0),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Processes end while they are looked at. */
function readOr<Result>(otherwise: Result, read: () => Result): Result {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Threads may start processes too. @see man 5 proc_pid_task_tid_children */
function descendants(pid: number): number[] {
  const threads = readOr<string[]>([], () => readdirSync(`/proc/${pid}/task`));
  const children = threads.flatMap((thread) =>
    readOr('', () => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'))
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Before it becomes the tool, a process has the memory of the one that has started it. */
function peakOf(pid: number): number {
  const status = readOr('', () => readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!/^Name:\s+ff(?:mpeg|probe)$/m.test(status)) return 0;
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024) / 1e6;
}

/** @see man 5 proc_pid_stat, utime and stime */
function secondsOf(pid: number): number {
  const stat = readOr('', () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The name of the program is in brackets, and may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}
