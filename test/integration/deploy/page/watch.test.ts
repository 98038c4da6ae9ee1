import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Plugin } from 'esbuild';
import { watchPage } from '../../../../deploy/page/watch.ts';
import { type SiteIndex, siteIndex } from '../../../../services/gateway/page/site.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { waitFor } from '../../../support/wait.ts';

const ICONS = path.resolve(import.meta.dirname, '../../../../services/gateway/page/app/shell/icons.tsx');

/** Watches the page with a copy of one of its files, which every document uses, so that a test can save it. */
async function watchCopy(context: TestContext, change: (source: string) => string = (source) => source) {
  const folder = temporaryFolder(context);
  const saved = path.join(temporaryFolder(context), 'icons.tsx');
  const source = readFileSync(ICONS, 'utf8');
  const save = (contents: string): void => writeFileSync(saved, contents);
  save(change(source));
  const copied: Plugin = {
    name: 'copied',
    setup({ onLoad }) {
      onLoad({ filter: /shell\/icons\.tsx$/ }, () => ({
        ...{ contents: readFileSync(saved, 'utf8'), loader: 'tsx', watchFiles: [saved] },
        resolveDir: path.dirname(ICONS),
      }));
    },
  };
  const reports: string[] = [];
  const ending = new AbortController();
  context.after(() => ending.abort());
  await watchPage({
    ...{ folder, plugins: [copied], signal: ending.signal },
    report: (line) => void reports.push(line),
  });
  const read = (): SiteIndex | undefined => {
    try {
      return siteIndex.parse(JSON.parse(readFileSync(path.join(folder, 'site.json'), 'utf8')));
    } catch {
      return undefined;
    }
  };
  const main = () =>
    Object.entries(read() ?? {}).find(
      ([url, { kept_until }]) => kept_until === undefined && /\/main-/.test(url),
    )?.[0];
  const hash = () => read()?.['/']?.hash;
  return { save, source, reports, main, hash };
}

const BROKEN = 'export const Icon = (;\n';

describe('watchPage', () => {
  it('builds the page, and builds it again when a file of it is saved', async (context) => {
    const { save, source, hash, main, reports } = await watchCopy(context);
    const before = hash();
    assert.ok(before !== undefined && main() !== undefined);
    save(`${source}\nconsole.log('saved');\n`);
    await waitFor('the next build', () => hash() !== before);
    assert.deepEqual(reports, []);
  });

  it('tells an error with its place, goes on with the page before it, and builds the next save', async (context) => {
    const { save, source, hash, reports } = await watchCopy(context);
    const before = hash();
    save(BROKEN);
    await waitFor('the error', () => reports.length > 0);
    assert.match(
      reports[0] ?? '',
      /^The page was not built: services\/gateway\/page\/app\/shell\/icons\.tsx:1:\d+ /,
    );
    assert.equal(hash(), before);
    save(`${source}\nconsole.log('mended');\n`);
    await waitFor('the next build', () => hash() !== before);
    assert.equal(reports.at(-1), 'The page is built again.');
  });

  it('resolves for a page that has an error from the beginning, and writes it once it is mended', async (context) => {
    const { save, source, hash, reports } = await watchCopy(context, () => BROKEN);
    // The builds of several documents find the same error. On a slow machine, they end more than a second apart.
    assert.equal(new Set(reports).size, 1);
    assert.equal(hash(), undefined);
    save(source);
    await waitFor('the first build', () => hash() !== undefined);
  });
});
