import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { makePrivateDir } from '../../services/shared/runtime/private-files.ts';

const maxBytes = 8 * 1024 * 1024;
const tailBytes = 16 * 1024;

/** Returns a descriptor to append to. A log of more than 8 MiB is first renamed to `.1`, which bounds what logs occupy. */
export function openLog(file: string): number {
  makePrivateDir(path.dirname(file));
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** The last lines of a log, at most 16 KiB, for an error message. */
export function readLastLines(file: string, count = 15): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '(nothing logged)';
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8').trimEnd().split('\n').slice(-count).join('\n');
  } finally {
    closeSync(descriptor);
  }
}
