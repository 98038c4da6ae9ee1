import type { FileHandle, FolderHandle } from '../storage/handles.ts';
import type { ChosenFile } from './chosen-file.ts';

/** A folder that somebody has dropped or chosen, however the browser tells what is in it. */
export interface Folder {
  name: string;
  /** Lists what is in it: all, or somewhat more than `max`. What cannot be read is left out. */
  list(max: number): Promise<(Folder | FolderFile)[]>;
}

export interface FolderFile {
  name: string;
  /** Opens the file. Resolves with undefined where it cannot be read. */
  open(): Promise<ChosenFile | undefined>;
}

export const isFolder = (entry: Folder | FolderFile): entry is Folder => 'list' in entry;

/** What a browser has for a folder that was dropped: a part of `FileSystemEntry`. */
export interface FolderEntry {
  name: string;
  isDirectory: boolean;
}

export interface DirectoryEntry extends FolderEntry {
  createReader(): { readEntries(resolve: (some: FolderEntry[]) => void, reject: () => void): void };
}

interface FileEntry extends FolderEntry {
  file(resolve: (file: File) => void, reject: () => void): void;
}

/** Reads a folder that was dropped. All browsers can, but do not open its files again after the page was loaded anew. */
export const folderOfEntry = (directory: DirectoryEntry): Folder => ({
  name: directory.name,
  list: async (max) => (await entriesOf(directory, max)).map(ofEntry),
});

const ofEntry = (entry: FolderEntry): Folder | FolderFile =>
  entry.isDirectory ? folderOfEntry(entry as DirectoryEntry) : fileOfEntry(entry as FileEntry);

const fileOfEntry = (entry: FileEntry): FolderFile => ({
  name: entry.name,
  open: () =>
    new Promise((resolve) =>
      entry.file(
        (file) => resolve({ file }),
        () => resolve(undefined),
      ),
    ),
});

/** A browser lists about a hundred entries at a time, and none at the end. */
async function entriesOf(directory: DirectoryEntry, max: number): Promise<FolderEntry[]> {
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

/**
 * Reads a folder of which the browser gives a handle, and whose files it opens again later.
 * @param root the folder that was dropped or chosen: what is allowed for it is allowed for all that is in it
 */
export const folderOfHandle = (directory: FolderHandle, root = directory): Folder => ({
  name: directory.name,
  async list(max) {
    const found: (Folder | FolderFile)[] = [];
    try {
      for await (const entry of directory.values()) {
        found.push(ofHandle(entry, root));
        if (found.length > max) break;
      }
    } catch {
      // What was listed before counts.
    }
    return found;
  },
});

const ofHandle = (entry: FileHandle | FolderHandle, root: FolderHandle): Folder | FolderFile =>
  entry.kind === 'directory' ? folderOfHandle(entry, root) : fileOfHandle(entry, root);

const fileOfHandle = (handle: FileHandle, folder: FolderHandle): FolderFile => ({
  name: handle.name,
  open: () =>
    handle.getFile().then(
      (file) => ({ file, handle: { file: handle, folder } }),
      () => undefined,
    ),
});
