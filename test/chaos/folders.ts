import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Private folders of attempts in a spool, `<spool>/<pid>/attempt-…`, and those of converters that are gone. */
export async function foldersIn(spool: string, livePid: number | undefined): Promise<string[]> {
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
