import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { buildPage } from '../../../../deploy/page/build.ts';
import type { Component, Sbom } from '../../../../deploy/sbom/component.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const exec = promisify(execFile);
const repoRoot = path.resolve(import.meta.dirname, '../../../..');
const library = path.dirname(
  createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'),
);
const schema = (name: string) =>
  JSON.parse(
    readFileSync(path.join(library, 'res/schema', `${name}.SNAPSHOT.schema.json`), 'utf8'),
  ) as object;

/** The official schemas of CycloneDX 1.5. */
function validator() {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: { 'iri-reference': true, 'idn-email': true },
  });
  // It is a function, which the types of this package do not say for ES modules.
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema({ ...schema(name), $id: `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json` });
  return ajv.compile(schema('bom-1.5'));
}

/** Names of the packages in the lock file that the services need. */
function runtimePackages(): string[] {
  const { packages } = JSON.parse(readFileSync(path.join(repoRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; name?: string }>;
  };
  return Object.entries(packages)
    .filter(([folder, { dev }]) => folder !== '' && !dev)
    .map(([folder, { name }]) => name ?? (folder.split('node_modules/').pop() as string));
}

const partOf = ({ properties = [] }: Component): string | undefined =>
  properties.find(({ name }) => name === 'mp3converter:part')?.value;

/** Names and versions of the packages of which a script of the page has at least a byte. */
async function packagesOfPage(folder: string): Promise<string[]> {
  const { outputs } = await buildPage({ folder });
  const found = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([input, { bytesInOutput }]) =>
      bytesInOutput > 0 ? (/^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []) : [],
    );
  return [...new Set(found)]
    .map((name) => JSON.parse(readFileSync(path.join(repoRoot, name, 'package.json'), 'utf8')))
    .map(({ name, version }) => `${name}@${version}`);
}

describe('npm run sbom', { timeout: 120_000 }, () => {
  const sbomBy = (...args: string[]) =>
    exec(process.execPath, ['deploy/sbom/main.ts', ...args], { cwd: repoRoot, maxBuffer: 64 * 1024 ** 2 });

  it('writes a document that is valid CycloneDX, with npm packages, Go modules and ffmpeg', async (context) => {
    const file = path.join(temporaryFolder(context), 'sbom.json');
    await sbomBy('--output', file);
    const sbom = JSON.parse(readFileSync(file, 'utf8')) as Sbom;
    const validate = validator();
    assert.ok(validate(sbom), JSON.stringify(validate.errors?.slice(0, 3)));
    const names = sbom.components.map(({ name }) => name);
    for (const name of ['koa', '@dapr/dapr', 'github.com/dapr/dapr', 'ffmpeg'])
      assert.ok(names.includes(name), name);
    assert.deepEqual(
      runtimePackages().filter((name) => !names.includes(name)),
      [],
      'no package is missing',
    );
    for (const name of ['typescript', 'playwright-core']) assert.ok(!names.includes(name), name);
    const refs = sbom.components.map((component) => component['bom-ref']);
    assert.equal(new Set(refs).size, refs.length, 'each reference is unique');
  });

  it('has the packages whose code is in the page, and no other package for development', async (context) => {
    const { stdout } = await sbomBy();
    const sbom = JSON.parse(stdout) as Sbom;
    const ofPage = sbom.components.filter((component) => partOf(component) === 'page');
    const names = ofPage.map(({ name, version }) => `${name}@${version}`);
    const bundled = await packagesOfPage(temporaryFolder(context));
    for (const name of ['preact', 'uqr', 'swagger-ui-dist'])
      assert.ok(
        bundled.some((each) => each.startsWith(`${name}@`)),
        name,
      );
    assert.deepEqual(
      bundled.filter((name) => !names.includes(name)),
      [],
    );
    assert.ok(ofPage.every(({ scope }) => scope === 'required'));
    assert.deepEqual(
      sbom.components.filter(({ properties }) => JSON.stringify(properties)?.includes('development')),
      [],
    );
    const root = sbom.dependencies?.find(({ ref }) => ref.startsWith('mp3converter@'));
    assert.ok(root?.dependsOn?.some((ref) => ref.startsWith('preact@')));
  });

  it('prints its usage', async () => {
    assert.match((await sbomBy('--help')).stdout, /--output/);
  });
});
