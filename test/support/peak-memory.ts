import { readFile, writeFile } from 'node:fs/promises';

/** Forgets a process's peak, so that the next reading is of what came after. @see man 5 proc, clear_refs */
export const resetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');

/** The most resident memory that a process had, in MB (10⁶ bytes), by the kernel's own count. */
export async function peakMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return (Number(kib) * 1024) / 1e6;
}
