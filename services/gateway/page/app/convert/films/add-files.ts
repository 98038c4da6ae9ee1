import { batch } from '@preact/signals';
import { filmOf } from '../../../../client/uploads/film.ts';
import { randomKey } from '../../../../client/uploads/random-key.ts';
import { showToast } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import type { ChosenFile } from '../drop/chosen-file.ts';
import { addFilm, type FilmItem, films, isAt } from '../state.ts';
import { ownerOfNow } from './owner.ts';
import { goOnWith } from './upload-queue.ts';

/** Films that the page handles at a time. */
export const MAX_FILMS = 200;

/** Adds files to the films. A file of which a part was sent before goes on where it stopped. */
export function addFiles(chosen: readonly ChosenFile[]): void {
  batch(() => addAll(chosen));
}

function addAll(chosen: readonly ChosenFile[]): void {
  for (const one of chosen) {
    const known = films.value.find((film) => isSameFile(film, one.file));
    if (known && isAt('missing')(known)) void goOnWith(known.id, one);
    else if (known) showToast({ text: t('convert.already', { name: one.file.name }), kind: 'plain' });
    else if (films.value.length < MAX_FILMS) addFilm(itemOf(one));
    else {
      showToast({ text: t('convert.too_many', { count: MAX_FILMS }), kind: 'bad' });
      return;
    }
  }
}

/** Whether a file is the one that was chosen before, as far as a browser tells. */
export const isSameFile = (
  film: Pick<FilmItem, 'name' | 'size' | 'lastModified'>,
  file: Pick<File, 'name' | 'size' | 'lastModified'>,
): boolean => film.name === file.name && film.size === file.size && film.lastModified === file.lastModified;

const itemOf = ({ file, handle }: ChosenFile): FilmItem => ({
  id: randomKey(),
  owner: ownerOfNow(),
  ...{ name: file.name, size: file.size, lastModified: file.lastModified },
  ...{ film: filmOf(file), handle, found: undefined, own: {}, stage: { name: 'reading' } },
  ...{ options: {}, whole: false, began: 0, sent: 0, toSend: 0, fingerprint: undefined, isSecondTry: false },
});
