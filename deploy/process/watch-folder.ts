import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import path from 'node:path';

export interface WatchFolderOptions {
  /** Called with the absolute paths of the saved files, once for all that are saved shortly after one another. */
  onSave: (files: readonly string[]) => void;
  /** This long without another change ends a save, ms. Default 100. */
  quietMs?: number;
  signal: AbortSignal;
}

/** Folders that hold no source. */
const IGNORED = /^(\.|node_modules$)/;
/** Editors write hidden files, backups (`a.ts~`) and swap files, and files without an extension, beside the saved one. */
const SOURCE = /^[^.~#].*\.[a-z]+$/;
const TEMPORARY = /\.(tmp|swp|swx|bak)$/;

/**
 * Watches a folder and the folders below it until the signal is aborted.
 *
 * It watches each folder, not its files: many editors save by renaming a new file over the old one. Node's recursive
 * `fs.watch` on Linux goes on watching the old file then, so that it reports only the first save, and `node --watch`
 * (Node 24.21) restarts without end.
 */
export function watchFolder(root: string, options: WatchFolderOptions): void {
  options.signal.throwIfAborted();
  const watcher = new FolderWatcher(options);
  watcher.add(root);
  options.signal.addEventListener('abort', () => watcher.close(), { once: true });
}

class FolderWatcher {
  readonly #options: WatchFolderOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #saved = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatchFolderOptions) {
    this.#options = options;
  }

  /** Watches a folder with those below it, unless it is watched already. Returns the files that it finds. */
  add(folder: string): string[] {
    if (this.#watchers.has(folder) || IGNORED.test(path.basename(folder))) return [];
    const watcher = watch(folder, (_event, name) => {
      if (name !== null) this.#changed(path.join(folder, name));
      if (!isFolder(folder)) this.#remove(folder);
    });
    watcher.on('error', () => this.#remove(folder));
    this.#watchers.set(folder, watcher);
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? this.add(file) : isSource(file) ? [file] : [];
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const folder of [...this.#watchers.keys()]) this.#remove(folder);
  }

  #changed(file: string): void {
    // A new folder may hold files before it is watched.
    const files = isFolder(file) ? this.add(file) : isSource(file) ? [file] : [];
    if (files.length === 0) return;
    for (const each of files) this.#saved.add(each);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), this.#options.quietMs ?? 100);
  }

  #flush(): void {
    const files = [...this.#saved];
    this.#saved.clear();
    this.#options.onSave(files);
  }

  #remove(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

const isSource = (file: string): boolean => SOURCE.test(path.basename(file)) && !TEMPORARY.test(file);

const isFolder = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
