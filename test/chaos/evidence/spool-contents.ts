import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FoundProcess, processesIn } from '../../support/processes.ts';
import type { Stage } from '../harness.ts';

/** What attempts have in the spools, or have left there. */
export async function spoolsOf({
  spools,
  pidNow,
}: Stage): Promise<{ folders: string[]; tools: FoundProcess[] }> {
  const folders = await Promise.all(
    Object.entries(spools).map(([name, path]) => foldersIn(path, pidNow(name))),
  );
  return { folders: folders.flat(), tools: Object.values(spools).flatMap(processesIn) };
}

/** Private folders of attempts in a spool, `<spool>/<pid>/attempt-…`, and those of converters that are gone. */
async function foldersIn(spool: string, livePid: number | undefined): Promise<string[]> {
  const instances = await readdir(spool).catch(() => []);
  const left = await Promise.all(
    instances.map(async (name) => {
      const attempts = await readdir(join(spool, name)).catch(() => []);
      const paths = attempts.map((attempt) => join(spool, name, attempt));
      return Number(name) === livePid ? paths : [join(spool, name), ...paths];
    }),
  );
  return left.flat();
}
