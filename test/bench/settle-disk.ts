import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Bench } from './bench.ts';

/**
 * Waits until the kernel has written all files to the disk. Otherwise it would write the films of one part while the next
 * part is measured. The quick form does not wait, because its times are not compared with anything.
 */
export async function settleDisk({ isQuick, signal }: Pick<Bench, 'isQuick' | 'signal'>): Promise<void> {
  if (!isQuick) await promisify(execFile)('sync', [], { signal });
}
