import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  describeSkipped,
  findFilms,
  looksLikeFilm,
} from '../../../../../services/gateway/cli/files/find-films.ts';
import { temporaryFolder } from '../test-terminal.ts';

async function tree(context: TestContext, files: readonly string[]): Promise<string> {
  const folder = await temporaryFolder(context);
  for (const file of files) {
    await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
    await writeFile(path.join(folder, file), 'x');
  }
  return folder;
}

const namesOf = ({ films }: Awaited<ReturnType<typeof findFilms>>) => films.map(({ relative }) => relative);

describe('findFilms', () => {
  it('finds the films of a folder in the order that people expect', async (context) => {
    const folder = await tree(context, ['Folge 10.mkv', 'Folge 9.mkv', 'a.MP4', 'b/c.mov']);
    const found = await findFilms(folder, { isRecursive: false });
    assert.deepEqual(namesOf(found), ['a.MP4', 'Folge 9.mkv', 'Folge 10.mkv']);
    assert.equal(describeSkipped(found.skipped), 'Left out: 1 folder (--recursive takes them).');
  });

  it('finds the films below a folder, and leaves out what is none', async (context) => {
    const folder = await tree(context, [
      'a.mp4',
      'b/c.mov',
      'b/d/e.ogg',
      'b/notes.txt',
      'b/.f.mp4',
      '.g/h.mp4',
      'a.mp3',
    ]);
    const found = await findFilms(folder, { isRecursive: true });
    assert.deepEqual(namesOf(found), ['a.mp4', path.join('b', 'c.mov'), path.join('b', 'd', 'e.ogg')]);
    assert.equal(
      describeSkipped(found.skipped),
      'Left out: 1 file that is no media by the name, 2 hidden files or folders.',
    );
  });

  it('follows a link to a folder once, and ends where links lead round in a circle', async (context) => {
    const folder = await tree(context, ['a/b.mp4', 'other.mp4']);
    await symlink('..', path.join(folder, 'a', 'up'));
    await symlink('a', path.join(folder, 'z'));
    await symlink('other.mp4', path.join(folder, 'linked.mp4'));
    const { films, skipped } = await findFilms(folder, { isRecursive: true });
    assert.deepEqual(
      films.map(({ relative }) => relative),
      [path.join('a', 'b.mp4'), 'linked.mp4', 'other.mp4'],
    );
    assert.deepEqual(skipped.faults, [
      'a/up leads to a folder that was searched already.',
      'z leads to a folder that was searched already.',
    ]);
  });

  it('says that a folder lies too deep', async (context) => {
    const deep = Array.from({ length: 66 }, () => 'd').join('/');
    const { films, skipped } = await findFilms(await tree(context, [`${deep}/a.mp4`]), { isRecursive: true });
    assert.deepEqual(films, []);
    assert.deepEqual(skipped.faults, [`${deep.slice(0, 2 * 65 - 1)} lies too deep, and was not searched.`]);
  });

  it('leaves out a file beside which a download program keeps its own', async (context) => {
    const folder = await tree(context, [
      'a.mp4',
      'a.mp4.part',
      'b.mp4',
      'b.mp4.crdownload',
      'c.mp4',
      'd.mp4.part',
    ]);
    assert.deepEqual(namesOf(await findFilms(folder, { isRecursive: true })), ['c.mp4']);
  });

  it('ignores a link that leads nowhere', async (context) => {
    const folder = await tree(context, ['a.mp4']);
    await symlink('nothing', path.join(folder, 'b.mp4'));
    assert.deepEqual(namesOf(await findFilms(folder, { isRecursive: true })), ['a.mp4']);
  });

  it('reports a folder that cannot be read', async () => {
    await assert.rejects(
      findFilms('/no/such/folder', { isRecursive: true }),
      /\/no\/such\/folder cannot be read \(ENOENT\)/,
    );
  });
});

describe('looksLikeFilm', () => {
  const NAMES: [name: string, expected: boolean][] = [
    ['a.mp4', true],
    ['A.MKV', true],
    ['song.flac', true],
    ['a.mp3', false],
    ['a.mp4.part', false],
    ['mp4', false],
    ['a.txt', false],
  ];
  for (const [name, expected] of NAMES)
    it(`returns ${expected} for ${name}`, () => assert.equal(looksLikeFilm(name), expected));
});
