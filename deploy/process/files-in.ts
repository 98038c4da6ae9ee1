import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Paths of all files in the folder and in its folders, in no certain order. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
