import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Folder,
  type FolderEntry,
  filmsOfFolder,
  filmsOfList,
  type ListedFile,
  MAX_DEPTH,
  MAX_ENTRIES,
} from '../../../../../services/gateway/page/app/convert/drop/folder-films.ts';

/** Lists its entries as a browser does: a hundred at a time. */
const folder = (name: string, entries: FolderEntry[]): Folder => ({
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
const namesOf = ({ files }: { files: File[] }) => files.map(({ name }) => name);

describe('the films of a folder', () => {
  it('are those with the name of a media file, in their order, also below', async () => {
    const below = folder('below', [entry('c.mkv')]);
    const hidden = folder('.trash', [entry('d.mkv')]);
    const names = ['10.mp4', '9.mp4', 'notes.txt', 'song.mp3', '.x.mp4', 'README'];
    const found = await filmsOfFolder(folder('f', [...names.map(entry), below, hidden, unreadable('z.mp4')]));
    assert.deepEqual(namesOf(found), ['9.mp4', '10.mp4', 'c.mkv']);
    assert.ok(!found.isCut);
  });

  it('are all found where the browser lists them in parts', async () => {
    const entries = Array.from({ length: 250 }, (_, place) => entry(`${place}.mp4`));
    assert.equal((await filmsOfFolder(folder('f', entries))).files.length, 250);
  });

  it('are bounded, and it is told that there are more', async () => {
    const entries = Array.from({ length: MAX_ENTRIES + 150 }, (_, place) => entry(`${place}.mp4`));
    const found = await filmsOfFolder(folder('f', entries));
    assert.equal(found.files.length, MAX_ENTRIES);
    assert.ok(found.isCut);
  });

  it('are not looked for in a folder that lies too deep', async () => {
    const endless: Folder = folder('again', [entry('x.mp4')]);
    endless.createReader = () => folder('again', [entry('x.mp4'), endless]).createReader();
    assert.equal((await filmsOfFolder(endless)).files.length, MAX_DEPTH);
  });
});

describe('the films of a folder that was chosen', () => {
  const listed = (path: string): ListedFile =>
    Object.assign(new File([], path.split('/').at(-1) ?? ''), { webkitRelativePath: path });

  it('are those with the name of a media file, in the order of their paths', () => {
    const paths = ['f/b/2.mp4', 'f/a/10.mkv', 'f/a/9.mkv', 'f/.git/x.mp4', 'f/a/x.txt'];
    assert.deepEqual(namesOf(filmsOfList(paths.map(listed))), ['9.mkv', '10.mkv', '2.mp4']);
  });

  it('are bounded', () => {
    const many = Array.from({ length: MAX_ENTRIES + 1 }, (_, place) => listed(`f/${place}.mp4`));
    assert.ok(filmsOfList(many).isCut);
  });
});
