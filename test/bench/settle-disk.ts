import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Bench } from './bench.ts';

/**
 * Waits until the disk has everything that was written so far. Otherwise the kernel would write the films of one part while the next
 * part is measured. The quick form, which measures nothing, does not wait.
 */
export async function settleDisk({ isQuick, signal }: Pick<Bench, 'isQuick' | 'signal'>): Promise<void> {
  if (!isQuick) await promisify(execFile)('sync', [], { signal });
}
