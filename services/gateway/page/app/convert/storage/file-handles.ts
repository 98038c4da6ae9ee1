import type { KeptHandle } from './handles.ts';

/**
 * Keeps handles of files, with which a browser opens a file again without asking for it. Only some browsers have them. See
 * {@link https://wicg.github.io/file-system-access/ | File System Access}.
 */
const DATABASE = 'mp3converter-films';
const STORE = 'handles';

/** Nothing is kept where the browser has no database, as in a private window. */
export const keepHandle = (id: string, handle: KeptHandle): Promise<void> =>
  inStore('readwrite', (store) => store.put(handle, id)).then(noValue, noValue);

export const forgetHandle = (id: string): Promise<void> =>
  inStore('readwrite', (store) => store.delete(id)).then(noValue, noValue);

export const findHandle = (id: string): Promise<KeptHandle | undefined> =>
  inStore<KeptHandle | undefined>('readonly', (store) => store.get(id)).catch(noValue);

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
export async function openHandle(handle: KeptHandle, mayAsk: boolean): Promise<File | undefined> {
  try {
    return (await isAllowed(handle, mayAsk)) ? await handle.file.getFile() : undefined;
  } catch {
    return undefined;
  }
}

async function isAllowed({ file, folder }: KeptHandle, mayAsk: boolean): Promise<boolean> {
  const wanted = { mode: 'read' } as const;
  const stateNow = async () => (await file.queryPermission?.(wanted)) ?? 'granted';
  if (mayAsk && folder && (await stateNow()) === 'prompt') await folder.requestPermission?.(wanted);
  if (mayAsk && (await stateNow()) === 'prompt') await file.requestPermission?.(wanted);
  return (await stateNow()) === 'granted';
}
