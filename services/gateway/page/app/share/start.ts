import { effect, signal, untracked } from '@preact/signals';
import { takeFiles } from '../convert/drop/take-files.ts';
import { account } from '../session/state.ts';
import { showError, showToast } from '../shell/toasts.tsx';
import { loadTexts, t } from '../text/language.ts';
import { multipartFiles } from './multipart-files.ts';
import { listShares, type Share, takeShare } from './share-cache.ts';
import { SHARED_FRAGMENT } from './share-target.ts';

/**
 * Adds the films that were shared with the page, once somebody is signed in. A visitor to whom they are shared starts as a guest,
 * where that is possible. Until then they stay where the service worker has kept them, because a phone may end the page while its
 * user looks for a password.
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
    const wasExpected = isExpected;
    isExpected = false;
    if (wasExpected && !isSignedIn && shares.length > 0) await askVisitor();
    else if (wasExpected && arrived.length === 0) await tellLoss();
    await takeFiles(arrived.map((file) => ({ file })));
  };
  effect(() => {
    const { value } = account;
    // Of several tabs, the one that is looked at gets the films.
    if (value !== 'unknown' && isVisible.value) untracked(() => look(value !== null).catch(showError));
  });
}

/** Whoever opens the page for another reason, while a film waits, has not asked to start as a guest. */
async function askVisitor(): Promise<void> {
  const { takeForVisitor } = await import('../convert/films/for-visitors.ts');
  await takeForVisitor();
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
