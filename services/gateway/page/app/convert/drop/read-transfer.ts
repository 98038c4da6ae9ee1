import type { FileHandle, FolderHandle } from '../storage/handles.ts';
import type { ChosenFile } from './chosen-file.ts';

export interface ReadTransfer {
  chosen: ChosenFile[];
  /** Whether a folder held more than is read. */
  isCut: boolean;
  /** Whether a folder was among what was dropped. */
  hasFolder: boolean;
}

/** What browsers add to the items of a drop. */
interface DroppedItem extends Omit<DataTransferItem, 'webkitGetAsEntry' | 'getAsFileSystemHandle'> {
  webkitGetAsEntry?: () => FileSystemEntry | null;
  getAsFileSystemHandle?: () => Promise<FileHandle | FolderHandle | null>;
}

/** Whether files are dragged, and no text or part of a page. */
export const holdsFiles = (transfer: DataTransfer | null): boolean =>
  transfer?.types.includes('Files') ?? false;

/** Reads what was dropped or pasted: files, and folders with what is in them. The transfer itself is empty after the event. */
export function readTransfer(transfer: DataTransfer): Promise<ReadTransfer> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file').map((item) => readItem(item));
  const read = items.length > 0 ? items : [...transfer.files].map(async (file) => ({ chosen: [{ file }] }));
  return Promise.all(read).then((parts) => ({
    chosen: parts.flatMap(({ chosen }) => chosen),
    isCut: parts.some((part) => 'isCut' in part && part.isCut),
    hasFolder: parts.some((part) => 'isCut' in part),
  }));
}

function readItem(item: DroppedItem): Promise<{ chosen: ChosenFile[]; isCut?: boolean }> {
  // All of these have to be asked for before the event ends.
  const entry = item.webkitGetAsEntry?.();
  const handle = item.getAsFileSystemHandle?.().catch(() => null);
  const file = item.getAsFile();
  return read();

  async function read() {
    const found = await handle;
    if (entry?.isDirectory || found?.kind === 'directory') {
      const [{ filmsOfFolder }, { folderOfEntry, folderOfHandle }] = await Promise.all([
        import('./folder-films.ts'),
        import('./folder.ts'),
      ]);
      // A browser gives no handle of some folders, such as that of a user.
      const folder =
        found?.kind === 'directory'
          ? folderOfHandle(found)
          : folderOfEntry(entry as FileSystemDirectoryEntry);
      return filmsOfFolder(folder);
    }
    const kept = found?.kind === 'file' ? { file: found } : undefined;
    return { chosen: file ? [{ file, handle: kept }] : [] };
  }
}
