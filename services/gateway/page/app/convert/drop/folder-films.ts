import { splitExtension } from '../../../../downloads/mp3-name.ts';
import { startsLikeMedia } from '../../../../signatures/magic-numbers.ts';
import { START_BYTES } from '../../../../signatures/media-signature.ts';
import type { ChosenFile } from './chosen-file.ts';
import { type Folder, type FolderFile, isFolder } from './folder.ts';

/** Bounds for a folder that was dropped by mistake, such as all of a disk. */
export const MAX_ENTRIES = 20_000;
export const MAX_DEPTH = 16;

/** A file of a folder that was chosen, with its path in it. */
export interface ListedFile extends File {
  webkitRelativePath: string;
}

/** What was found in folders. */
export interface FolderFilms {
  chosen: ChosenFile[];
  /** Whether there were more entries than are read. */
  isCut: boolean;
}

const collator = new Intl.Collator('en', { numeric: true });
const byName = (one: { name: string }, other: { name: string }) => collator.compare(one.name, other.name);

/** Finds the films of a folder, and of the folders in it. What cannot be read is left out. */
export async function filmsOfFolder(folder: Folder): Promise<FolderFilms> {
  const chosen: ChosenFile[] = [];
  let entries = 0;
  const search = async (directory: Folder, depth: number): Promise<void> => {
    for (const entry of (await directory.list(MAX_ENTRIES - entries)).sort(byName)) {
      entries += 1;
      if (entries > MAX_ENTRIES) return;
      if (isFolder(entry)) {
        if (depth < MAX_DEPTH && !entry.name.startsWith('.')) await search(entry, depth + 1);
      } else {
        const film = await openFilm(entry);
        if (film) chosen.push(film);
      }
    }
  };
  await search(folder, 1);
  return { chosen, isCut: entries > MAX_ENTRIES };
}

/** Finds the films among the files of a folder that was chosen, which the browser has listed already. */
export async function filmsOfList(list: Iterable<ListedFile>): Promise<FolderFilms> {
  const all = [...Iterator.from(list).take(MAX_ENTRIES + 1)];
  const isHidden = ({ webkitRelativePath }: ListedFile) => /(^|\/)\./.test(webkitRelativePath);
  const files = all
    .slice(0, MAX_ENTRIES)
    .filter((file) => !isHidden(file))
    .sort((one, other) => collator.compare(one.webkitRelativePath, other.webkitRelativePath));
  const chosen: ChosenFile[] = [];
  for (const file of files) {
    const film = await openFilm({ name: file.name, open: async () => ({ file }) });
    if (film) chosen.push(film);
  }
  return { chosen, isCut: all.length > MAX_ENTRIES };
}

/**
 * Opens a file of a folder that is taken: one with the extension of a media file, except for an MP3 and for hidden files. Of a
 * file without any extension, the first bytes decide. Reading those of all files would take minutes.
 */
async function openFilm(file: FolderFile): Promise<ChosenFile | undefined> {
  const { name } = file;
  if (name.startsWith('.')) return undefined;
  const extension = splitExtension(name).extension.toLowerCase();
  if (extension !== '') return extension === '.mp3' ? undefined : file.open();
  if (name.includes('.')) return undefined;
  const opened = await file.open();
  return opened && (await startsAsMedia(opened.file)) ? opened : undefined;
}

const startsAsMedia = (file: File): Promise<boolean> =>
  file
    .slice(0, START_BYTES)
    .arrayBuffer()
    .then(
      (head) => startsLikeMedia(new Uint8Array(head)),
      () => false,
    );
