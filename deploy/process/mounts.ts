import { existsSync, readFileSync } from 'node:fs';
import { type Report, run } from './run.ts';

/** Mount points; proc(5) writes spaces in octal. */
export function mounted(): string[] {
  if (!existsSync('/proc/self/mounts')) return [];
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return lines.map((line) =>
    (line.split(' ')[1] ?? '').replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ),
  );
}

/** Unmounts what whoever worked in a folder has left there: a killed run, or a Docker engine, which always leaves something. */
export async function unmountBelow(folder: string, report: Report): Promise<void> {
  const signal = new AbortController().signal;
  // The innermost first; lazily, for somebody may still look at it.
  for (const path of mounted().reverse())
    if (path.startsWith(`${folder}/`))
      await run('umount', ['--lazy', path], {
        what: `Unmounting ${path}`,
        report,
        signal,
        timeoutMs: 20_000,
      });
}
