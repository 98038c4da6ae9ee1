import { effect, untracked } from '@preact/signals';
import { account, endedAccount, isGuest } from '../../session/state.ts';
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
  loadSending();
  /** Id of the guest who was signed in before. */
  let guest: string | undefined;
  effect(() => {
    const { value } = account;
    untracked(() =>
      value === null ? onSignedOut() : value === 'unknown' ? undefined : onSignedIn(value.id, guest),
    );
    guest = isGuest() ? ownerOfNow() : undefined;
  });
  startLooking();
  followJobs();
  followTabs(ownerOfNow);
  guardLeaving();
  speakProgress();
}

/** Loads what sends films, so that a film can be sent although the connection is lost later, or a newer page is served. */
function loadSending(): void {
  const parts = [
    import('../../../../client/send-video.ts'),
    import('../../../../sound/plan-sound.ts'),
    import('../storage/kept.ts'),
  ];
  // Where that fails, it is loaded again when it is needed.
  Promise.all(parts).catch(() => undefined);
}

/** Where the session has only ended, everything waits until somebody has signed in again. */
function onSignedOut(): void {
  const hasEnded = endedAccount.value !== null;
  for (const { id, owner } of films.value) {
    stopSending(id);
    if (!hasEnded && owner !== undefined) leave(id);
  }
  const waiting = films.value.filter(isAt('waiting', 'sending'));
  for (const { id } of waiting) changeFilm(id, { stage: { name: 'waiting' } });
  if (waiting.length > 0) showToast({ text: t('convert.signed_out'), kind: 'plain' });
}

/** Forgets a film in this tab. What the browser keeps of it is for a later visit. */
function leave(id: string): void {
  dropFilm(id);
  release(id);
}

/** @param guest id of the guest who has signed in, and who keeps the films that were chosen and that nobody has been asked to convert */
function onSignedIn(id: string, guest: string | undefined): void {
  for (const film of films.value) {
    const isChosenByGuest = film.owner === guest && isAt('reading', 'found', 'useless')(film);
    if (film.owner === undefined || isChosenByGuest) changeFilm(film.id, { owner: id });
    else if (film.owner !== id) {
      stopSending(film.id);
      leave(film.id);
    }
  }
  sendNext();
  void restoreFilms(id);
}
