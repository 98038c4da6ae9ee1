import { existsSync, readFileSync } from 'node:fs';
import { type Report, run } from './run.ts';

/** The mount points of this system, outer ones first. Empty on systems without /proc (see proc(5)). */
export function mountPoints(): string[] {
  if (!existsSync('/proc/self/mounts')) return [];
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  // Spaces in paths are written as octal escapes.
  return lines.map((line) =>
    (line.split(' ')[1] ?? '').replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ),
  );
}

/** Unmounts everything below a folder. A killed run leaves mounts behind there, and so does every Docker engine. */
export async function unmountBelow(folder: string, report: Report): Promise<void> {
  const signal = new AbortController().signal;
  // Inner mounts come first. `--lazy` also unmounts a file system that a process still uses.
  for (const path of mountPoints().reverse())
    if (path.startsWith(`${folder}/`))
      await run('umount', ['--lazy', path], {
        what: `Unmounting ${path}`,
        report,
        signal,
        timeoutMs: 20_000,
      });
}
