import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BundledPackage } from '../page/packages.ts';
import { type Component, partProperty, type Sbom } from './component.ts';

const exec = promisify(execFile);

/** How npm marks a package that only development needs. */
const DEVELOPMENT = 'cdx:npm:package:development';

/** All npm packages of the lock file. Throws where npm is older than 10. */
export async function npmSbom(repoRoot: string, signal: AbortSignal): Promise<Sbom> {
  // With `--omit dev`, npm leaves out what development needs as well, such as koa, though the services need it, too.
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const { stdout } = await exec('npm', args, { cwd: repoRoot, maxBuffer: 64 * 1024 ** 2, signal }).catch(
    (cause: unknown) => {
      throw new Error('`npm sbom` failed. It needs npm 10 or newer: npm --version', { cause });
    },
  );
  return JSON.parse(stdout) as Sbom;
}

/**
 * Leaves out the packages that only development needs, and marks those whose code is in the page, which browsers run.
 * @param bundled the packages of the page. They are dependencies for development, because no service imports them.
 * @throws where the lock file does not have one of them
 */
export function withoutDevelopment(
  { components, dependencies = [], ...sbom }: Sbom,
  bundled: readonly BundledPackage[],
): Sbom {
  const inPage = new Set(bundled.map(keyOf));
  const left = new Set(
    components
      .filter((component) => isForDevelopment(component) && !inPage.has(keyOf(component)))
      .map((component) => component['bom-ref']),
  );
  const kept = components
    .filter((component) => !left.has(component['bom-ref']))
    .map((component) => (inPage.has(keyOf(component)) ? asPartOfPage(component) : component));
  const known = new Set(components.map(keyOf));
  const missing = [...inPage].find((key) => !known.has(key));
  if (missing !== undefined)
    throw new Error(`The page contains ${missing}, which is not in package-lock.json: npm ci`);
  return {
    ...sbom,
    components: kept,
    dependencies: dependencies
      .filter(({ ref }) => !left.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => !left.has(other)) })),
  };
}

const keyOf = ({ name, version }: { name: string; version: string }): string => `${name}@${version}`;

const isForDevelopment = ({ properties = [] }: Component): boolean =>
  properties.some(({ name, value }) => name === DEVELOPMENT && value === 'true');

const asPartOfPage = ({ properties = [], ...component }: Component): Component => ({
  ...component,
  scope: 'required',
  properties: [...properties.filter(({ name }) => name !== DEVELOPMENT), partProperty('page')],
});
