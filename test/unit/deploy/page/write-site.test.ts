import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type PageFile, writeSite } from '../../../../deploy/page/write-site.ts';
import { siteIndex } from '../../../../services/gateway/page/site.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const KEEP_MS = 3600_000;
const LONG = 'x'.repeat(5000);

const script = (name: string, contents = LONG): PageFile => ({
  ...{ url: `/assets/${name}`, file: `assets/${name}`, type: 'text/javascript', contents, immutable: true },
});
const html = (contents: string): PageFile => ({
  ...{ url: '/', file: 'index.html', type: 'text/html', contents, immutable: false },
});

/** A folder of a site, and builds of it at given minutes. */
function build(context: TestContext) {
  const folder = temporaryFolder(context);
  const start = Date.now();
  const buildAt = (minute: number, ...files: PageFile[]) =>
    writeSite(files, { folder, keepMs: KEEP_MS, now: start + minute * 60_000 });
  const index = () => siteIndex.parse(JSON.parse(readFileSync(path.join(folder, 'site.json'), 'utf8')));
  const names = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name !== 'assets')
      .sort();
  return { folder, buildAt, index, names };
}

describe('writeSite', () => {
  it('writes each file with its compressed forms, unless it is small', (context) => {
    const { buildAt, names, index } = build(context);
    buildAt(0, script('a-1.js'), script('b-1.js', 'short'), html('<p>'));
    const { file = '' } = index()['/'] ?? {};
    assert.match(file, /^index-[\da-f]{16}\.html$/);
    const scripts = ['assets/a-1.js', 'assets/a-1.js.br', 'assets/a-1.js.gz', 'assets/b-1.js'];
    assert.deepEqual(names(), [...scripts, file, 'site.json']);
    assert.deepEqual(index()['/assets/a-1.js']?.encodings, ['br', 'gzip']);
    assert.deepEqual(index()['/assets/b-1.js']?.encodings, []);
  });

  it('keeps hashed files of earlier builds for as long as it is told, and then removes them', (context) => {
    const { buildAt, names, index } = build(context);
    buildAt(0, script('a-1.js'), html('one'));
    buildAt(30, script('a-2.js'), html('two'));
    buildAt(60, script('a-3.js'), html('three'));
    assert.deepEqual(Object.keys(index()).sort(), [
      '/',
      '/assets/a-1.js',
      '/assets/a-2.js',
      '/assets/a-3.js',
    ]);
    // a-1 was replaced at minute 30, a-2 at minute 60.
    buildAt(91, script('a-3.js'), html('three'));
    assert.deepEqual(Object.keys(index()).sort(), ['/', '/assets/a-2.js', '/assets/a-3.js']);
    assert.equal(names().includes('assets/a-1.js'), false);
    assert.equal(names().includes('assets/a-2.js.gz'), true);
  });

  it('keeps a file for good that a later build has again', (context) => {
    const { buildAt, index } = build(context);
    buildAt(0, script('a-1.js'));
    buildAt(1, script('a-2.js'));
    buildAt(2, script('a-1.js'));
    assert.equal(index()['/assets/a-1.js']?.kept_until, undefined);
    assert.notEqual(index()['/assets/a-2.js']?.kept_until, undefined);
  });

  it('keeps no HTML of earlier builds', (context) => {
    const { buildAt, names, index } = build(context);
    buildAt(0, html('one'), { ...html('docs'), url: '/docs', file: 'docs.html' });
    buildAt(2, html('two'));
    assert.deepEqual(Object.keys(index()), ['/']);
    assert.equal(names().length, 2);
  });

  it('leaves files alone that another process has just written, and removes those that nobody needs', (context) => {
    const { buildAt, folder } = build(context);
    buildAt(0, html('one'));
    const [young, old] = ['assets/young-1.js', 'assets/old-1.js'].map((name) => path.join(folder, name));
    for (const file of [young, old]) writeFileSync(String(file), 'x');
    const hourAgo = new Date(Date.now() - 3600_000);
    utimesSync(String(old), hourAgo, hourAgo);
    buildAt(0, html('one'));
    assert.deepEqual([existsSync(String(young)), existsSync(String(old))], [true, false]);
  });

  it('builds anew where the index of the build before is damaged', (context) => {
    const { buildAt, folder, index } = build(context);
    buildAt(0, html('one'));
    writeFileSync(path.join(folder, 'site.json'), '{');
    buildAt(1, html('two'));
    assert.deepEqual(Object.keys(index()), ['/']);
  });
});
