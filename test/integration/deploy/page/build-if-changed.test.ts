import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pageInputs } from '../../../../deploy/page/build.ts';
import { buildPageIfChanged, SOURCES } from '../../../../deploy/page/build-if-changed.ts';
import { writeSite } from '../../../../deploy/page/write-site.ts';
import { siteIndex } from '../../../../services/gateway/page/site.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const VIEW = 'services/gateway/page/app/view.ts';

/** A small repository whose page is a copy of one file, and a folder for the site. Git ignores that folder. */
function repository(context: TestContext) {
  const root = temporaryFolder(context);
  const folder = path.join(root, 'services/gateway/page/dist');
  const save = (name: string, contents: string): void => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), contents);
  };
  for (const source of SOURCES) save(path.extname(source) === '' ? `${source}/a.ts` : source, '{}');
  save(VIEW, 'one');
  const view = path.join(root, VIEW);
  const build = async (options: { folder: string }) => {
    const contents = readFileSync(view, 'utf8');
    const file = { url: '/', file: 'index.html', type: 'text/html', contents, immutable: false };
    writeSite([file], { folder: options.folder, keepMs: 0 });
  };
  const indexFile = path.join(folder, 'site.json');
  const fileOf = (url: string): string =>
    path.join(
      folder,
      siteIndex.parse(JSON.parse(readFileSync(indexFile, 'utf8')))[url]?.file ?? assert.fail(url),
    );
  return {
    ...{ root, folder, view, indexFile, save, build },
    start: () => buildPageIfChanged({ root, folder, build }),
    page: () => readFileSync(fileOf('/'), 'utf8'),
    pageFile: () => fileOf('/'),
  };
}

describe('buildPageIfChanged', () => {
  it('builds the page where there is none, and not again', async (context) => {
    const { start, page } = repository(context);
    assert.equal(await start(), true);
    assert.equal(await start(), false);
    assert.equal(page(), 'one');
  });

  it('builds the page again when one of its files is saved with another content', async (context) => {
    const { start, save, page } = repository(context);
    await start();
    save(VIEW, 'two');
    assert.equal(await start(), true);
    assert.equal(page(), 'two');
    assert.equal(await start(), false);
  });

  for (const source of SOURCES)
    it(`builds the page again after a change of ${source}`, async (context) => {
      const { start, save } = repository(context);
      await start();
      save(path.extname(source) === '' ? `${source}/a.ts` : source, '{ }');
      assert.equal(await start(), true);
    });

  const changes: Record<string, (repository: { root: string; view: string }) => void> = {
    'a new file': ({ view }) => writeFileSync(`${view}x`, ''),
    'a file that is gone': ({ root }) => rmSync(path.join(root, 'deploy/page/a.ts')),
    'a file with another name': ({ root }) =>
      renameSync(path.join(root, 'deploy/page/a.ts'), path.join(root, 'deploy/page/b.ts')),
    'a part that has moved from one file to the next': ({ root }) => {
      writeFileSync(path.join(root, 'deploy/page/a.ts'), '{');
      writeFileSync(path.join(root, 'package-lock.json'), '}{}');
    },
  };
  for (const [what, change] of Object.entries(changes))
    it(`builds the page again after ${what}`, async (context) => {
      const system = repository(context);
      await system.start();
      change(system);
      assert.equal(await system.start(), true);
    });

  it('builds the page again when its files were saved during the build', async (context) => {
    const { root, folder, view, build, start, page } = repository(context);
    const whileSaving = async (options: { folder: string }) => {
      await build(options);
      writeFileSync(view, 'two');
    };
    await buildPageIfChanged({ root, folder, build: whileSaving });
    assert.equal(await start(), true);
    assert.equal(page(), 'two');
  });

  it('builds the page again when another build has written it, such as that of npm run dev', async (context) => {
    const { folder, start, page } = repository(context);
    await start();
    const contents = 'loads itself again';
    writeSite([{ url: '/', file: 'index.html', type: 'text/html', contents, immutable: false }], {
      ...{ folder, keepMs: 0 },
    });
    assert.equal(await start(), true);
    assert.equal(page(), 'one');
  });

  it('builds the page again where one of the files that it wrote is missing or damaged', async (context) => {
    const { start, pageFile, page } = repository(context);
    await start();
    writeFileSync(pageFile(), 'damaged');
    assert.equal(await start(), true);
    assert.equal(page(), 'one');
    rmSync(pageFile());
    assert.equal(await start(), true);
    assert.equal(page(), 'one');
  });

  it('builds the page again where the list of the files is damaged', async (context) => {
    const { start, indexFile, page } = repository(context);
    await start();
    writeFileSync(indexFile, '{"/":');
    assert.equal(await start(), true);
    assert.equal(page(), 'one');
  });

  it('builds the page again after a build that has failed', async (context) => {
    const { root, folder, save, start } = repository(context);
    await start();
    save(VIEW, 'two');
    const build = () => Promise.reject(new Error('a mistake in the page'));
    await assert.rejects(buildPageIfChanged({ root, folder, build }), /a mistake in the page/);
    assert.equal(await start(), true);
  });

  it('knows every file of the page of this repository', async () => {
    const unknown = (await pageInputs()).filter(
      (file) => !file.startsWith('node_modules/') && !SOURCES.some((source) => file.startsWith(`${source}/`)),
    );
    assert.deepEqual(unknown, []);
  });

  it('knows the page that buildPage() makes of this repository', async (context) => {
    const folder = temporaryFolder(context);
    assert.equal(await buildPageIfChanged({ folder }), true);
    assert.equal(await buildPageIfChanged({ folder }), false);
  });
});
