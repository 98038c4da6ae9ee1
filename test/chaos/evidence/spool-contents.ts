import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FoundProcess, processesIn } from '../../support/processes.ts';
import type { Harness } from '../harness.ts';

/** Lists folders and processes of attempts, running or left behind, in the spools of all converters. */
export async function readSpools({
  spools,
  pidOf,
}: Harness): Promise<{ folders: string[]; tools: FoundProcess[] }> {
  const folders = await Promise.all(
    Object.entries(spools).map(([name, path]) => foldersIn(path, pidOf(name))),
  );
  return { folders: folders.flat(), tools: Object.values(spools).flatMap(processesIn) };
}

/** Lists the folders of attempts, `<spool>/<pid>/work-…`, and the folders of converters that have died. */
async function foldersIn(spool: string, livePid: number | undefined): Promise<string[]> {
  const instances = await readdir(spool).catch(() => []);
  const found = await Promise.all(
    instances.map(async (name) => {
      const attempts = await readdir(join(spool, name)).catch(() => []);
      const paths = attempts.map((attempt) => join(spool, name, attempt));
      return Number(name) === livePid ? paths : [join(spool, name), ...paths];
    }),
  );
  return found.flat();
}
