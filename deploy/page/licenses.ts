import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageFolder, readPackage } from './packages.ts';

const LICENSE = /^(licen[cs]e|notice|copying)(\.(txt|md))?$/i;

const HEADING = [
  'The pages of mp3converter contain code of these packages. It has been bundled and minified, and parts that no page',
  'uses may be left out. Any other change is told below the name of the package.',
].join('\n');

/**
 * The names, versions and licence texts of all packages that are part of a build. Their licences ask that these texts go with the code,
 * which is minified without its comments.
 * @param inputs the files of the build, relative to `root`
 * @param changes by the name of a package: how its code has been changed, as a sentence
 * @throws where a package has no licence text
 */
export function licensesOf(
  inputs: Iterable<string>,
  root: string,
  changes: ReadonlyMap<string, string>,
): string {
  const texts = new Map<string, Set<string>>();
  for (const input of [...inputs].sort()) {
    const folder = packageFolder(input);
    if (folder === undefined) continue;
    const found = texts.get(folder) ?? new Set(licenseFiles(folder, root));
    // A file that contains other packages has their notices beside it.
    const notices = `${input}.LICENSE.txt`;
    if (existsSync(path.join(root, notices))) found.add(notices);
    texts.set(folder, found);
  }
  const parts = [...texts].map(([folder, files]) => {
    const { name, version, license } = readPackage(folder, root);
    const contents = [...files].map((file) => readFileSync(path.join(root, file), 'utf8').trim());
    const title = `${name} ${version} (${license})`;
    return [title, ...(changes.has(name) ? [changes.get(name)] : []), ...contents].join('\n\n');
  });
  const rule = `\n\n${'='.repeat(80)}\n\n`;
  return `${[HEADING, ...parts].join(rule)}\n`;
}

function licenseFiles(folder: string, root: string): string[] {
  const names = readdirSync(path.join(root, folder)).filter((name) => LICENSE.test(name));
  if (!names.some((name) => /^(licen[cs]e|copying)/i.test(name)))
    throw new Error(`${folder} is part of the page, and has no file with its licence.`);
  return names.sort().map((name) => `${folder}/${name}`);
}
