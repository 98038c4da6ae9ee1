import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeOrCopy, removeUnusedFilms } from '../../support/kept-films.ts';

async function newFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-kept-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('makeOrCopy', () => {
  it('makes a film once for a recipe, and gives each caller a copy that it may change', async (context) => {
    const folder = await newFolder(context);
    const kept = join(folder, 'kept');
    const made: string[] = [];
    const film = async (name: string, recipe: string): Promise<string> => {
      const path = join(folder, name);
      const make = async () => {
        made.push(name);
        await writeFile(path, `film of ${recipe}`);
      };
      await makeOrCopy(path, recipe, make, kept);
      return path;
    };
    await writeFile(await film('one', 'a'), 'changed');
    assert.equal(await readFile(await film('two', 'a'), 'utf8'), 'film of a');
    assert.equal(await readFile(await film('three', 'b'), 'utf8'), 'film of b');
    assert.deepEqual(made, ['one', 'three']);
  });

  it('keeps nothing of a film that could not be made', async (context) => {
    const folder = await newFolder(context);
    const kept = join(folder, 'kept');
    const make = () =>
      writeFile(join(folder, 'film'), 'half').then(() => Promise.reject(new Error('no encoder')));
    await assert.rejects(makeOrCopy(join(folder, 'film'), 'a', make, kept), /no encoder/);
    assert.deepEqual(await readdir(kept).catch(() => []), []);
  });

  it('does not keep a film of more than 100 MB', async (context) => {
    const folder = await newFolder(context);
    const path = join(folder, 'film');
    const make = () => writeFile(path, Buffer.alloc(100_000_001));
    await makeOrCopy(path, 'a', make, join(folder, 'kept'));
    assert.deepEqual(await readdir(folder), ['film']);
  });
});

describe('removeUnusedFilms', () => {
  it('removes what no test has used for a week, and no film that was used since', async (context) => {
    const folder = await newFolder(context);
    const kept = join(folder, 'kept');
    const longAgo = new Date(Date.now() - 8 * 24 * 3600_000);
    const film = async (recipe: string) => {
      const path = join(folder, recipe);
      await makeOrCopy(path, recipe, () => writeFile(path, recipe), kept);
    };
    await film('used');
    await film('unused');
    for (const name of await readdir(kept)) await utimes(join(kept, name), longAgo, longAgo);
    await film('used');
    removeUnusedFilms(kept);
    const contents = (await readdir(kept)).map((name) => readFile(join(kept, name), 'utf8'));
    assert.deepEqual(await Promise.all(contents), ['used']);
  });

  it('accepts that there is no folder yet', async (context) => {
    removeUnusedFilms(join(await newFolder(context), 'missing'));
  });
});
