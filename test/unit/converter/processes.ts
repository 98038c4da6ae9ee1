import { readdir, readlink } from 'node:fs/promises';

/** Ids of the processes that work in the folder or below it; Linux alone can tell. */
export async function processesIn(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const at = await Promise.all(ids.map((id) => readlink(`/proc/${id}/cwd`).catch(() => '')));
  return ids.filter((_, index) => at[index]?.startsWith(folder));
}
