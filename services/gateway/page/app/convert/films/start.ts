import { effect, untracked } from '@preact/signals';
import { account } from '../../session/state.ts';
import { showToast } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import { changeFilm, dropFilm, films, isAt } from '../state.ts';
import { followJobs } from './follow-jobs.ts';
import { guardLeaving } from './leave-guard.ts';
import { startLooking } from './look.ts';
import { ownerOfNow } from './owner.ts';
import { release } from './ownership.ts';
import { followTabs, restoreFilms } from './restore.ts';
import { speakProgress } from './spoken-progress.ts';
import { sendNext, stopSending } from './upload-queue.ts';

/** Starts everything that goes on with films in the background. Nothing ends it, because a page is never left while it runs. */
let isStarted = false;
export function startFilms(): void {
  if (isStarted) return;
  isStarted = true;
  effect(() => {
    const { value } = account;
    untracked(() =>
      value === null ? onSignedOut() : value === 'unknown' ? undefined : onSignedIn(value.id),
    );
  });
  startLooking();
  followJobs();
  followTabs(ownerOfNow);
  guardLeaving();
  speakProgress();
}

/** Whoever has to sign in again goes on afterwards. */
function onSignedOut(): void {
  const waiting = films.value.filter(isAt('waiting', 'sending'));
  for (const { id } of waiting) {
    stopSending(id);
    changeFilm(id, { stage: { name: 'waiting' } });
  }
  if (waiting.length > 0) showToast({ text: t('convert.signed_out'), kind: 'plain' });
}

function onSignedIn(id: string): void {
  for (const film of films.value) {
    if (film.owner === undefined) changeFilm(film.id, { owner: id });
    else if (film.owner !== id) {
      stopSending(film.id);
      dropFilm(film.id);
      release(film.id);
    }
  }
  sendNext();
  void restoreFilms(id);
}
