import { client } from '../../api.ts';
import { announce } from '../../shell/announce.tsx';
import { showToast } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import type { ChosenFile } from '../drop/chosen-file.ts';
import { checkOptions } from '../options/check-options.ts';
import { settings } from '../options/settings.ts';
import { changeFilm, chosenFilms, dropFilm, type FilmItem, findFilm, isAt } from '../state.ts';
import { isSameFile } from './add-files.ts';
import { stopLooking } from './look.ts';
import { isTaken } from './ownership.ts';
import { forgetFilm, keepFilm } from './remember.ts';
import { goOnWith, queueFilm, sendNext, stopSending } from './upload-queue.ts';

/** The options of a film, as they would be sent now. */
export const optionsOf = ({ own }: Pick<FilmItem, 'own'>) => ({ ...settings.value.options, ...own });

export const faultsOf = (item: Pick<FilmItem, 'own' | 'found'>) =>
  checkOptions(optionsOf(item), item.found?.probe?.duration_seconds);

/** Asks for the conversion of all films that were found and whose options are right. */
export async function convertAll(): Promise<void> {
  const ready = chosenFilms.value.filter((item) => isAt('found')(item) && faultsOf(item).length === 0);
  announce(t('convert.spoken.start', { count: ready.length }));
  for (const item of ready) {
    const toSend = settings.value.whole ? item.size : (item.found?.plan?.file.size ?? item.size);
    const { whole } = settings.value;
    await queueFilm(item.id, { options: optionsOf(item), whole, toSend, began: Date.now() });
  }
}

export function pause(id: string): void {
  stopSending(id);
  changeFilm(id, { stage: { name: 'paused' } });
  keepFilm(id);
}

export const resume = (id: string): Promise<void> => queueFilm(id);

/** Ends an upload, and forgets what the gateway has got of it. */
export async function remove(id: string): Promise<void> {
  const item = findFilm(id);
  if (!item) return;
  stopLooking(id);
  stopSending(id);
  if (isAt('reading', 'found', 'useless')(item)) return dropFilm(id);
  // Another tab may have begun to send it.
  if (isAt('missing')(item) && (await isTaken(id))) return;
  forgetFilm(id);
  sendNext();
  announce(t('convert.spoken.removed', { name: item.name }));
  // Where the gateway does not answer, it forgets the upload by itself after some days.
  if (item.fingerprint) await client.forget(item.fingerprint).catch(() => undefined);
}

/** Removes all films that nobody has asked to be converted yet. */
export function removeChosen(): void {
  for (const { id } of chosenFilms.value) {
    stopLooking(id);
    dropFilm(id);
  }
}

/** Goes on with the file that somebody has chosen for this film, where it is the same file. */
export function chooseAgain(id: string, chosen: ChosenFile): void {
  const item = findFilm(id);
  if (!item) return;
  if (isSameFile(item, chosen.file)) void goOnWith(id, chosen);
  else showToast({ text: t('convert.other_file', { name: item.name }), kind: 'bad' });
}
