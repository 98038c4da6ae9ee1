import { addFilm, changeFilm, dropFilm, films, findFilm, isAt } from '../state.ts';
import { findHandle, openHandle } from '../storage/file-handles.ts';
import type { FilmRecord } from '../storage/film-records.ts';
import { records } from '../storage/kept.ts';
import { isSameFile } from './add-files.ts';
import { isOwned, isTaken, own } from './ownership.ts';
import { itemOf } from './remember.ts';
import { goOnWith } from './upload-queue.ts';

/** How often it is looked whether the tab that sends a film is still there. */
const POLL_MS = 3_000;

/** Shows the films that earlier visits and other tabs have begun, and goes on with those that the browser may open. */
export async function restoreFilms(owner: string): Promise<void> {
  const unknown = records.list(owner).filter(({ id }) => findFilm(id) === undefined);
  for (const record of unknown) {
    if (findFilm(record.id)) continue;
    addFilm({ ...itemOf(record), stage: { name: 'elsewhere' } });
    await takeOver(record);
  }
}

/** Goes on with a film that no tab has, as far as that is possible without its file. */
async function takeOver(record: FilmRecord): Promise<void> {
  const { id } = record;
  if (await isTaken(id)) return;
  if (record.job !== undefined) {
    if (await own(id)) changeFilm(id, { stage: itemOf(record).stage });
    return;
  }
  changeFilm(id, { sent: record.sent, stage: { name: 'missing' } });
  await reopen(id, { mayAsk: false });
}

/** Opens the file of a film by the handle that the browser has kept. Returns whether it is the same file, and goes on. */
export async function reopen(id: string, { mayAsk }: { mayAsk: boolean }): Promise<boolean> {
  const handle = await findHandle(id);
  const file = handle && (await openHandle(handle, mayAsk));
  const item = findFilm(id);
  if (!file || !item || !isSameFile(item, file)) return false;
  await goOnWith(id, { file, handle });
  return true;
}

/** The same after a click. Goes on with other films as well, where somebody has allowed all of the folder. */
export async function reopenAll(id: string): Promise<boolean> {
  const isOpen = await reopen(id, { mayAsk: true });
  for (const other of films.value.filter(isAt('missing'))) {
    if (isOpen && other.id !== id && !(await isTaken(other.id))) await reopen(other.id, { mayAsk: false });
  }
  return isOpen;
}

/** Follows what other tabs do with the films of the account. */
export function followTabs(ownerOf: () => string | undefined): () => void {
  const refresh = () => {
    const owner = ownerOf();
    if (owner === undefined) return;
    for (const { id, stage } of films.value.filter(isAt('elsewhere', 'missing'))) {
      const record = records.find(id);
      if (!record) dropFilm(id);
      else if (stage.name === 'elsewhere') void update(record);
    }
    void restoreFilms(owner);
  };
  const timer = setInterval(() => films.value.some(isAt('elsewhere')) && refresh(), POLL_MS);
  addEventListener('storage', refresh);
  return () => {
    clearInterval(timer);
    removeEventListener('storage', refresh);
  };
}

async function update(record: FilmRecord): Promise<void> {
  const { id, sent, toSend, options, whole, fingerprint } = record;
  if (!(await isTaken(id))) await takeOver(record);
  else if (!isOwned(id)) changeFilm(id, { sent, toSend, options, whole, fingerprint });
}
