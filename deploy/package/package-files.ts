import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleCommandLine } from './bundle.ts';

const repoRoot = path.resolve(import.meta.dirname, '../..');

interface Manifest {
  version: string;
  license: string;
}

const readManifest = (): Manifest =>
  JSON.parse(readFileSync(path.join(repoRoot, 'package.json'), 'utf8')) as Manifest;

/**
 * Writes the package of the command line to a folder. It has a package.json of its own without dependencies: that of the
 * repository would install all that the services need, with a Node and a database driver.
 */
export async function writePackage(folder: string): Promise<void> {
  const { version, license } = readManifest();
  mkdirSync(folder, { recursive: true });
  const manifest = {
    name: 'mp3converter-cli',
    version,
    description: 'The command line of mp3converter: films in, MP3s out, by a gateway.',
    license,
    type: 'module',
    bin: { mp3: 'mp3.mjs' },
    files: ['mp3.mjs'],
    // The oldest version that the HTTP client works with.
    engines: { node: '>=20.18.1' },
  };
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(path.join(repoRoot, 'LICENSE'), path.join(folder, 'LICENSE'));
  copyFileSync(path.join(repoRoot, 'docs/command-line.md'), path.join(folder, 'README.md'));
  const bundle = path.join(folder, 'mp3.mjs');
  await bundleCommandLine(bundle, version);
  chmodSync(bundle, 0o755);
}

/** Writes the bundle where the launcher of the repository's own package finds it. */
export const writeBundle = (): Promise<void> =>
  bundleCommandLine(path.join(repoRoot, 'deploy/package/dist/mp3.mjs'), readManifest().version);
