import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Workshop } from '../corpus/workshop.ts';
import { FORMATS, type FormatName, makeFormat } from './formats.ts';

export const filmPath = (folder: string, format: FormatName): string =>
  join(folder, format.replaceAll(/[^a-z0-9]+/g, '-'));

/** Makes a film of every format, `jobs` at a time. */
export async function makeFilms(
  folder: string,
  { jobs, onFilm, signal }: { jobs: number; onFilm(made: number, all: number): void; signal: AbortSignal },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await using workshop = await Workshop.open();
  const waiting = [...FORMATS];
  const work = async (): Promise<void> => {
    for (let format = waiting.shift(); format !== undefined; format = waiting.shift()) {
      signal.throwIfAborted();
      const name = format;
      await workshop.forRow(async (bench) => copyFile(await makeFormat(bench, name), filmPath(folder, name)));
      onFilm(FORMATS.length - waiting.length, FORMATS.length);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}
