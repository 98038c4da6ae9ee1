/**
 * Signals by which the kernel ends a program that did something impossible: an assertion that fails, a wrong address, a division
 * by zero, a system call that it may not make. SIGKILL is not among them, by which the kernel ends programs for lack of memory.
 */
const CRASHES: ReadonlySet<NodeJS.Signals> = new Set([
  ...(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGSYS', 'SIGTRAP'] as const),
]);

/** Whether a tool crashed. It would crash again for the same file, so another attempt cannot help. */
export const isCrash = (killedBy: NodeJS.Signals | null): boolean =>
  killedBy !== null && CRASHES.has(killedBy);
