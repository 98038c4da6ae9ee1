import { readdirSync, readFileSync } from 'node:fs';

const POLL_MS = 20;

/** Measures the largest resident memory of any process that another one has started. */
export interface ToolMemory extends Disposable {
  /** Forgets what was measured. */
  reset(): void;
  /** MB (10⁶ bytes). */
  peakMb(): number;
}

/**
 * Looks at all descendants of a process again and again. What a process takes within the last 20 ms of its life may be missed.
 * Measures nothing on other systems than Linux.
 */
export function watchToolMemory(pid: number): ToolMemory {
  let peak = 0;
  const timer = setInterval(() => {
    for (const descendant of descendants(pid)) peak = Math.max(peak, peakOf(descendant));
  }, POLL_MS);
  return {
    reset: () => {
      peak = 0;
    },
    peakMb: () => peak,
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

function peakOf(pid: number): number {
  const status = readOr('', () => readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024) / 1e6;
}
