import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type DirectoryEntry,
  type FolderEntry,
  folderOfEntry,
  folderOfHandle,
} from '../../../../../services/gateway/page/app/convert/drop/folder.ts';
import {
  type FolderFilms,
  filmsOfFolder as filmsOf,
  filmsOfList,
  type ListedFile,
  MAX_DEPTH,
  MAX_ENTRIES,
} from '../../../../../services/gateway/page/app/convert/drop/folder-films.ts';

/** Lists its entries as a browser does: a hundred at a time. */
const folder = (name: string, entries: FolderEntry[]): DirectoryEntry => ({
  name,
  isDirectory: true,
  createReader() {
    let at = 0;
    return {
      readEntries(resolve) {
        at += 100;
        resolve(entries.slice(at - 100, at));
      },
    };
  },
});
const entry = (name: string): FolderEntry =>
  Object.assign(
    { name, isDirectory: false },
    { file: (resolve: (file: File) => void) => resolve(new File([], name)) },
  );
const unreadable = (name: string): FolderEntry =>
  Object.assign({ name, isDirectory: false }, { file: (_: unknown, reject: () => void) => reject() });
const namesOf = ({ chosen }: FolderFilms) => chosen.map(({ file }) => file.name);
const filmsOfFolder = (entry: DirectoryEntry) => filmsOf(folderOfEntry(entry));

describe('the films of a folder', () => {
  it('are the files with names of media files, sorted, also those in subfolders', async () => {
    const below = folder('below', [entry('c.mkv')]);
    const hidden = folder('.trash', [entry('d.mkv')]);
    const names = ['10.mp4', '9.mp4', 'notes.txt', 'song.mp3', '.x.mp4', 'README'];
    const found = await filmsOfFolder(folder('f', [...names.map(entry), below, hidden, unreadable('z.mp4')]));
    assert.deepEqual(namesOf(found), ['9.mp4', '10.mp4', 'c.mkv']);
    assert.ok(!found.isCut);
  });

  it('are found completely when the browser lists them in parts', async () => {
    const entries = Array.from({ length: 250 }, (_, place) => entry(`${place}.mp4`));
    assert.equal((await filmsOfFolder(folder('f', entries))).chosen.length, 250);
  });

  it('are limited in number, and the result says that there are more', async () => {
    const entries = Array.from({ length: MAX_ENTRIES + 150 }, (_, place) => entry(`${place}.mp4`));
    const found = await filmsOfFolder(folder('f', entries));
    assert.equal(found.chosen.length, MAX_ENTRIES);
    assert.ok(found.isCut);
  });

  it('exclude those in folders that are nested too deeply', async () => {
    const endless: DirectoryEntry = folder('again', [entry('x.mp4')]);
    endless.createReader = () => folder('again', [entry('x.mp4'), endless]).createReader();
    assert.equal((await filmsOfFolder(endless)).chosen.length, MAX_DEPTH);
  });
});

/** A handle of a file or, with entries, of a folder. */
const handle = (name: string, entries?: unknown[] | Error) => ({
  name,
  kind: entries ? 'directory' : 'file',
  getFile: async () => new File(['x'], name),
  async *values() {
    if (entries instanceof Error) throw entries;
    yield* entries ?? [];
  },
});
type HandleOfFolder = Parameters<typeof folderOfHandle>[0];

describe('the films of a folder of which the browser gives a handle', () => {
  it('come with their own handle and the handle of the folder, also those of a folder in it', async () => {
    const deep = handle('deep.mkv');
    const broken = handle('broken', new Error('it cannot be read'));
    const root = handle('f', [handle('b.mp4'), handle('sub', [deep]), broken, handle('x.txt')]);
    const { chosen } = await filmsOf(folderOfHandle(root as HandleOfFolder));
    assert.deepEqual(
      chosen.map(({ file }) => file.name),
      ['b.mp4', 'deep.mkv'],
    );
    assert.deepEqual(chosen[1]?.handle, { file: deep, folder: root });
  });

  it('are limited in number', async () => {
    const root = handle(
      'f',
      Array.from({ length: MAX_ENTRIES + 9 }, (_, place) => handle(`${place}.txt`)),
    );
    assert.ok((await filmsOf(folderOfHandle(root as HandleOfFolder))).isCut);
  });
});

describe('a file of a folder without an extension', () => {
  const withBytes = (name: string, text: string): FolderEntry =>
    Object.assign(entry(name), {
      file: (resolve: (file: File) => void) => resolve(new File([text], name)),
    });

  it('is taken by its first bytes, and one with another extension is not', async () => {
    const wave = 'RIFF\0\0\0\0WAVEfmt ';
    const files = [withBytes('GOPR0001', wave), withBytes('notes', 'words'), withBytes('a.txt', wave)];
    assert.deepEqual(namesOf(await filmsOfFolder(folder('f', files))), ['GOPR0001']);
  });
});

describe('the films of a folder that was chosen', () => {
  const listed = (path: string): ListedFile =>
    Object.assign(new File([], path.split('/').at(-1) ?? ''), { webkitRelativePath: path });

  it('are the files with names of media files, sorted by path', async () => {
    const paths = ['f/b/2.mp4', 'f/a/10.mkv', 'f/a/9.mkv', 'f/.git/x.mp4', 'f/a/x.txt'];
    assert.deepEqual(namesOf(await filmsOfList(paths.map(listed))), ['9.mkv', '10.mkv', '2.mp4']);
  });

  it('are limited in number', async () => {
    const many = Array.from({ length: MAX_ENTRIES + 1 }, (_, place) => listed(`f/${place}.mp4`));
    assert.ok((await filmsOfList(many)).isCut);
  });
});
