import type { FileHandle, FolderHandle } from '../storage/handles.ts';
import type { ChosenFile } from './chosen-file.ts';

interface Picker {
  showOpenFilePicker?: (options: { multiple: boolean }) => Promise<FileHandle[]>;
  showDirectoryPicker?: (options: { mode: 'read' }) => Promise<FolderHandle>;
}

/** Whether the browser can choose files of which it gives handles. */
export const hasFilePicker = (): boolean => 'showOpenFilePicker' in globalThis;

/** The same for folders. */
export const hasFolderPicker = (): boolean => 'showDirectoryPicker' in globalThis;

export interface PickedFiles {
  chosen: ChosenFile[];
  /** Names of the files that cannot be read, such as one that was deleted meanwhile, or is on a disk that is away. */
  leftOut: string[];
}

/** Has somebody choose files. Undefined where they have cancelled it. */
export const pickFiles = ({ multiple }: { multiple: boolean }): Promise<PickedFiles | undefined> =>
  unlessCancelled(async () => {
    const handles = (await (globalThis as Picker).showOpenFilePicker?.({ multiple })) ?? [];
    const picked: PickedFiles = { chosen: [], leftOut: [] };
    const files = await Promise.all(handles.map((handle) => handle.getFile().catch(() => undefined)));
    for (const [index, handle] of handles.entries()) {
      const file = files[index];
      if (file) picked.chosen.push({ file, handle: { file: handle } });
      else picked.leftOut.push(handle.name);
    }
    return picked;
  });

/** Has somebody choose a folder. Undefined where they have cancelled it. */
export const pickFolder = (): Promise<FolderHandle | undefined> =>
  unlessCancelled(async () => (globalThis as Picker).showDirectoryPicker?.({ mode: 'read' }));

async function unlessCancelled<T>(pick: () => Promise<T>): Promise<T | undefined> {
  try {
    return await pick();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}
