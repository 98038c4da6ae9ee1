import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { buildPage } from '../../../../deploy/page/build.ts';
import { DOCUMENTS } from '../../../../deploy/page/documents.ts';
import { type SiteIndex, siteIndex } from '../../../../services/gateway/page/site.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const BUDGET_BYTES = 60 * 1024;
const IMPORTS = /(?:from|import)\s*"(\.{0,2}\/[^"]+\.js)"/g;

describe('buildPage', () => {
  const folder = temporaryFolder({ after });
  let index: SiteIndex = {};
  let metafile: Metafile | undefined;

  const textOf = (url: string) =>
    readFileSync(path.join(folder, index[url]?.file ?? assert.fail(url)), 'utf8');
  const scripts = () => Object.keys(index).filter((url) => url.endsWith('.js'));
  /** Those of this project and of its small libraries. swagger-ui, for /docs alone, is tried in Chromium under the same policy. */
  const ownScripts = () => scripts().filter((url) => !url.startsWith('/assets/swagger-ui-'));
  const html = (url: string) => textOf(url);
  const named = (url: string, pattern: RegExp) =>
    [...html(url).matchAll(pattern)].map(([, name]) => name ?? assert.fail());

  /** A script and everything that it imports at once. */
  function closureOf(url: string, found = new Set<string>()): Set<string> {
    if (found.has(url)) return found;
    found.add(url);
    for (const [, imported = ''] of textOf(url).matchAll(IMPORTS))
      closureOf(new URL(imported, `http://page${url}`).pathname, found);
    return found;
  }

  /** The same with everything that is imported later. */
  function reachableFrom(url: string, found = new Set<string>()): Set<string> {
    if (found.has(url)) return found;
    found.add(url);
    for (const [, imported = ''] of textOf(url).matchAll(/["'`]([^"'`]*\/[^"'`/]+\.js)["'`]/g)) {
      const { pathname } = new URL(imported, `http://page${url}`);
      if (index[pathname]) reachableFrom(pathname, found);
    }
    return found;
  }

  before(async () => {
    metafile = await buildPage({ folder });
    index = siteIndex.parse(JSON.parse(readFileSync(path.join(folder, 'site.json'), 'utf8')));
  });

  it('writes every file that the index names, and no other', () => {
    const named = Object.values(index).flatMap(({ file, encodings }) => [
      file,
      ...encodings.map((encoding) => file + (encoding === 'br' ? '.br' : '.gz')),
    ]);
    const present = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(present.filter((name) => name !== 'assets').sort(), [...named, 'site.json'].sort());
  });

  it('is deterministic', async (context) => {
    const other = temporaryFolder(context);
    await buildPage({ folder: other });
    const read = (name: string) => readFileSync(path.join(name, 'site.json'), 'utf8');
    assert.equal(read(other), read(folder));
  });

  for (const { url } of DOCUMENTS) {
    it(`names in ${url} only files that there are, and everything that its script imports at once`, () => {
      const links = [...named(url, / src="([^"]+)"/g), ...named(url, / href="([^"]+)"/g)];
      for (const link of links) assert.ok(link === '/openapi.json' || index[link], link);
      const [script = ''] = named(url, /<script type="module" src="([^"]+)"/g);
      const preloads = named(url, /<link rel="modulepreload" href="([^"]+)"/g);
      assert.deepEqual([script, ...preloads].sort(), [...closureOf(script)].sort());
    });

    it(`has in ${url} nothing that the content security policy refuses`, () => {
      assert.doesNotMatch(html(url), / style="| on\w+="|<style|javascript:/i);
      for (const [, attributes] of html(url).matchAll(/<script([^>]*)>/g))
        assert.match(attributes ?? '', / src=/);
      assert.doesNotMatch(html(url), /https?:\/\//);
    });
  }

  it(`loads at most ${BUDGET_BYTES / 1024} KiB of scripts at /, compressed with gzip`, () => {
    const loaded = new Set(named('/', /<script[^>]* src="([^"]+)"/g).flatMap((url) => [...closureOf(url)]));
    const sizes = [...loaded].map((url) => [url, gzipSync(textOf(url), { level: 9 }).length] as const);
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    assert.ok(total > 10_000, 'the test finds the scripts');
    assert.ok(total <= BUDGET_BYTES, JSON.stringify([total, ...sizes]));
  });

  it('names every style in a document, also those of parts that are loaded later', () => {
    const styles = Object.keys(index).filter((url) => url.endsWith('.css'));
    const linked = DOCUMENTS.flatMap(({ url }) => named(url, /<link rel="stylesheet" href="([^"]+)"/g));
    assert.deepEqual(new Set(linked), new Set(styles));
  });

  it('leaves out the parts of zod that a page never runs', () => {
    for (const url of ownScripts())
      assert.doesNotMatch(textOf(url), /json-schema\.org|Invalid input: expected/);
  });

  it('has swagger-ui in /docs alone', () => {
    for (const { url } of DOCUMENTS) {
      const [script = ''] = named(url, /<script type="module" src="([^"]+)"/g);
      const reached = reachableFrom(script);
      assert.equal(
        [...reached].some((file) => file.startsWith('/assets/swagger-ui-')),
        url === '/docs',
        url,
      );
    }
  });

  it('imports nothing in the script that runs before the others, because it is no module', () => {
    const early = scripts().find((url) => url.startsWith('/assets/early-')) ?? assert.fail();
    assert.doesNotMatch(textOf(early), /\b(import|export)\b/);
  });

  it('has the licence of every package whose code is in a script', () => {
    const text = textOf('/assets/licenses.txt');
    const packages = Object.keys(metafile?.inputs ?? {}).flatMap(
      (input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [],
    );
    assert.ok(new Set(packages).size > 5);
    for (const name of packages) assert.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\S+ \\(.+\\)$`, 'm'));
    for (const licence of ['Apache License', 'Permission is hereby granted', 'SmartBear'])
      assert.ok(text.includes(licence), licence);
  });

  it('says beside the licences what was changed of a package', () => {
    const [heading = '', ...parts] = textOf('/assets/licenses.txt').split(`\n\n${'='.repeat(80)}\n\n`);
    assert.match(heading, /bundled and minified/);
    assert.doesNotMatch(heading, /unchanged/i);
    const changed = parts.filter((part) => /^.*\n\nChanged for these pages: \S/.test(part));
    assert.deepEqual(
      changed.map((part) => part.split(' ')[0]),
      ['zod'],
    );
    assert.match(changed[0] ?? '', /Permission is hereby granted/);
  });

  it('writes no source maps', () => {
    assert.deepEqual(
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((n) => /\.map/.test(n)),
      [],
    );
    for (const url of scripts()) assert.doesNotMatch(textOf(url), /sourceMappingURL/, url);
  });

  it('keeps texts out of the code', () => {
    for (const url of ownScripts()) {
      assert.doesNotMatch(textOf(url), /\beval\s*\(|setTimeout\(\s*["'`]/, url);
      // zod has a compiler, which the script early.ts turns off. The content security policy would refuse it.
      const compilers = textOf(url).match(/\bnew Function\b|\bFunction\(/g) ?? [];
      assert.ok(compilers.length === 0 || /jitless/.test(textOf(url)), url);
    }
  });

  it('contains nothing of Node, of the gateway’s server, and no path of this machine', () => {
    const inputs = Object.keys(metafile?.inputs ?? {});
    assert.ok(inputs.includes('services/gateway/page/app/main.tsx'));
    for (const input of inputs) {
      assert.doesNotMatch(input, /^node:|^deploy\/|^test\/|services\/(auth|converter|notification)\//);
    }
    for (const url of ownScripts()) {
      assert.doesNotMatch(textOf(url), /from\s*"node:|require\("/, url);
      assert.ok(!textOf(url).includes(path.resolve(import.meta.dirname, '../../../..')), url);
    }
  });
});
