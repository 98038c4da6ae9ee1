import { effect, signal, untracked } from '@preact/signals';
import { takeFiles } from '../convert/drop/take-files.ts';
import { account } from '../session/state.ts';
import { showError, showToast } from '../shell/toasts.tsx';
import { loadTexts, t } from '../text/language.ts';
import { multipartFiles } from './multipart-files.ts';
import { listShares, type Share, takeShare } from './share-cache.ts';
import { SHARED_FRAGMENT } from './share-target.ts';

/**
 * Adds the films that were shared with the page, once somebody is signed in. Until then they stay where the service worker has kept
 * them, because a phone may end the page while its user looks for a password.
 */
export function startSharing(): void {
  // Browsers have no caches over plain HTTP.
  if (!('caches' in globalThis)) return;
  /** Whether this page was opened because something was shared. */
  let isExpected = location.hash === SHARED_FRAGMENT;
  if (isExpected) history.replaceState(null, '', '/');

  const isVisible = signal(document.visibilityState === 'visible');
  document.addEventListener('visibilitychange', () => {
    isVisible.value = document.visibilityState === 'visible';
  });
  const look = async (isSignedIn: boolean) => {
    const shares = await listShares(Date.now());
    const arrived = isSignedIn ? (await Promise.all(shares.map(filesOf))).flat() : [];
    if (isExpected && !isSignedIn && shares.length > 0)
      showToast({ text: t('convert.sign_in_first'), kind: 'plain' });
    else if (isExpected && arrived.length === 0) await tellLoss();
    isExpected = false;
    await takeFiles(arrived.map((file) => ({ file })));
  };
  effect(() => {
    const { value } = account;
    // Of several tabs, the one that is looked at gets the films.
    if (value !== 'unknown' && isVisible.value) untracked(() => look(value !== null).catch(showError));
  });
}

/** The files of a share; none where another tab has taken it. */
async function filesOf(share: Share): Promise<File[]> {
  const body = await takeShare(share);
  return body ? multipartFiles(body, share.type, share.at) : [];
}

async function tellLoss(): Promise<void> {
  await loadTexts('films');
  showToast({ text: t('convert.share_lost'), kind: 'bad' });
}
