import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A package whose code is part of a build. */
export interface BundledPackage {
  name: string;
  version: string;
  license: string;
}

/** The folder of the package that a file belongs to: `node_modules/@preact/signals`. Undefined for a file of ours. */
export const packageFolder = (input: string): string | undefined =>
  /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];

/** @param folder of the package, relative to `root` */
export const readPackage = (folder: string, root: string): BundledPackage =>
  JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));

/** The packages that are part of a build. @param inputs the files of the build, relative to `root` */
export function packagesOf(inputs: Iterable<string>, root: string): BundledPackage[] {
  const folders = new Set([...inputs].sort().flatMap((input) => packageFolder(input) ?? []));
  return [...folders].map((folder) => readPackage(folder, root));
}
