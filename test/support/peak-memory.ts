import { readFile, writeFile } from 'node:fs/promises';

/** Resets the peak memory of a process, so that peakMb() tells the peak since now. @see man 5 proc, clear_refs */
export const resetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');

/** The peak resident memory of a process in MB (10⁶ bytes), as the kernel counts it. */
export async function peakMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return (Number(kib) * 1024) / 1e6;
}
