import { splitExtension } from '../../../../downloads/mp3-name.ts';

/** Bounds for a folder that was dropped by mistake, such as all of a disk. */
export const MAX_ENTRIES = 20_000;
export const MAX_DEPTH = 16;

/** A file or a folder in a folder that was dropped: a part of what browsers call `FileSystemEntry`. */
export interface FolderEntry {
  name: string;
  isDirectory: boolean;
}

export interface Folder extends FolderEntry {
  createReader(): { readEntries(resolve: (some: FolderEntry[]) => void, reject: () => void): void };
}

interface FileEntry extends FolderEntry {
  file(resolve: (file: File) => void, reject: () => void): void;
}

/** A file of a folder that was chosen, with its path in it. */
export interface ListedFile extends File {
  webkitRelativePath: string;
}

/** What was found in folders. */
export interface FolderFiles {
  files: File[];
  /** Whether there were more entries than are read. */
  isCut: boolean;
}

/** Whether a file of a folder is taken: one with the extension of a media file, except for an MP3 and for hidden files. */
export const isTakenFromFolder = (name: string): boolean => {
  const extension = splitExtension(name).extension.toLowerCase();
  return extension !== '' && extension !== '.mp3' && !name.startsWith('.');
};

const collator = new Intl.Collator('en', { numeric: true });
const byName = (one: { name: string }, other: { name: string }) => collator.compare(one.name, other.name);

/** Finds the films of a folder that was dropped, and of the folders in it. What cannot be read is left out. */
export async function filmsOfFolder(folder: Folder): Promise<FolderFiles> {
  const files: File[] = [];
  let entries = 0;
  const search = async (directory: Folder, depth: number): Promise<void> => {
    for (const entry of (await entriesOf(directory, MAX_ENTRIES - entries)).sort(byName)) {
      entries += 1;
      if (entries > MAX_ENTRIES) return;
      if (isDirectory(entry)) {
        if (depth < MAX_DEPTH && !entry.name.startsWith('.')) await search(entry, depth + 1);
      } else if (isTakenFromFolder(entry.name)) files.push(...(await openEntry(entry as FileEntry)));
    }
  };
  await search(folder, 1);
  return { files, isCut: entries > MAX_ENTRIES };
}

/** Finds the films among the files of a folder that was chosen, which the browser has listed already. */
export function filmsOfList(list: Iterable<ListedFile>): FolderFiles {
  const all = [...Iterator.from(list).take(MAX_ENTRIES + 1)];
  const isHidden = ({ webkitRelativePath }: ListedFile) => /(^|\/)\./.test(webkitRelativePath);
  const files = all.slice(0, MAX_ENTRIES).filter((file) => isTakenFromFolder(file.name) && !isHidden(file));
  return {
    files: files.sort((one, other) => collator.compare(one.webkitRelativePath, other.webkitRelativePath)),
    isCut: all.length > MAX_ENTRIES,
  };
}

const isDirectory = (entry: FolderEntry): entry is Folder => entry.isDirectory;

/** A browser lists about a hundred entries at a time, and none at the end. Reads one more than `max`. */
async function entriesOf(directory: Folder, max: number): Promise<FolderEntry[]> {
  const reader = directory.createReader();
  const all: FolderEntry[] = [];
  while (all.length <= max) {
    const some = await new Promise<FolderEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (some.length === 0) break;
    all.push(...some);
  }
  return all;
}

const openEntry = (entry: FileEntry): Promise<File[]> =>
  new Promise((resolve) =>
    entry.file(
      (file) => resolve([file]),
      () => resolve([]),
    ),
  );
