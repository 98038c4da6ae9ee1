import { effect, type ReadonlySignal, untracked } from '@preact/signals';
import { route } from '../route.ts';
import { account } from '../session/state.ts';
import { showInTab } from '../shell/show-in-tab.ts';
import { deleteWaiting } from './actions.ts';
import { followJobs } from './feed.ts';
import { forgetHistory, loadFirst } from './history.ts';
import { notify } from './notify.ts';
import { observeJobs } from './observe-jobs.ts';
import type { Work } from './overall-progress.ts';
import { speak } from './speak.ts';
import { forgetJobs } from './store.ts';
import { createTabState } from './tab-state.ts';

/** Follows the jobs of whoever is signed in, and tells what happens to them. @param upload what is being sent, in bytes */
export function startJobs(upload: ReadonlySignal<Work['upload']>): void {
  followAccount();
  observeJobs((job, step) => {
    speak(job, step);
    void notify(job, step);
  });
  showInTab(createTabState(upload));
  addEventListener('pagehide', deleteWaiting);
  // Whoever signs out does it there, and cannot delete anything afterwards.
  effect(() => {
    if (route.value.view === 'account') untracked(deleteWaiting);
  });
}

function followAccount(): void {
  let stop: AbortController | undefined;
  let followed: string | undefined;
  effect(() => {
    const { value } = account;
    const user = value === null || value === 'unknown' ? undefined : value.id;
    if (user === followed) return;
    followed = user;
    stop?.abort();
    stop = user === undefined ? undefined : new AbortController();
    const { signal } = stop ?? {};
    untracked(() => {
      forgetJobs();
      forgetHistory();
      if (signal === undefined) return;
      void followJobs(signal);
      void loadFirst();
    });
  });
}
