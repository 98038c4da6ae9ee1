/**
 * Handles of files and folders, as far as they are used here. No library of types has all of it yet. See
 * {@link https://wicg.github.io/file-system-access/ | File System Access}.
 */
interface Handle {
  name: string;
  queryPermission?: (options: { mode: 'read' }) => Promise<'granted' | 'denied' | 'prompt'>;
  requestPermission?: (options: { mode: 'read' }) => Promise<'granted' | 'denied' | 'prompt'>;
}

export interface FileHandle extends Handle {
  kind: 'file';
  getFile(): Promise<File>;
}

export interface FolderHandle extends Handle {
  kind: 'directory';
  values(): AsyncIterable<FileHandle | FolderHandle>;
}

/** The handle of a film, and of the folder with which it came: whoever allows that allows all that is in it. */
export interface KeptHandle {
  file: FileHandle;
  folder?: FolderHandle;
}
