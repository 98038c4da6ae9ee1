/**
 * Keeps handles of files, with which a browser opens a file again without asking for it. Only some browsers have them. See
 * {@link https://wicg.github.io/file-system-access/ | File System Access}.
 */
const DATABASE = 'mp3converter-films';
const STORE = 'handles';

/** A handle with the methods that no library of types has yet. */
export interface FileHandle extends FileSystemFileHandle {
  queryPermission?: (options: { mode: 'read' }) => Promise<PermissionState>;
  requestPermission?: (options: { mode: 'read' }) => Promise<PermissionState>;
}

/** Nothing is kept where the browser has no database, as in a private window. */
export const keepHandle = (id: string, handle: FileHandle): Promise<void> =>
  inStore('readwrite', (store) => store.put(handle, id)).then(noValue, noValue);

export const forgetHandle = (id: string): Promise<void> =>
  inStore('readwrite', (store) => store.delete(id)).then(noValue, noValue);

export const findHandle = (id: string): Promise<FileHandle | undefined> =>
  inStore<FileHandle | undefined>('readonly', (store) => store.get(id)).catch(noValue);

const noValue = () => undefined;

async function inStore<T>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  const database = await open();
  try {
    return await settled<T>(request(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return settled(opening);
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * Opens the file of a handle. Undefined where it is gone, or the browser does not allow it.
 * @param mayAsk whether the browser may ask for permission, which it only does after a click
 */
export async function openHandle(handle: FileHandle, mayAsk: boolean): Promise<File | undefined> {
  try {
    const wanted = { mode: 'read' } as const;
    const present = (await handle.queryPermission?.(wanted)) ?? 'granted';
    const state = present === 'prompt' && mayAsk ? await handle.requestPermission?.(wanted) : present;
    return state === 'granted' ? await handle.getFile() : undefined;
  } catch {
    return undefined;
  }
}
