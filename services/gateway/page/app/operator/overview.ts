import { signal } from '@preact/signals';
import { isProblem } from '../../../client/http/errors.ts';
import type { OperatorOverview } from '../../../operator/overview-view.ts';
import { access } from './access.ts';
import { operator } from './api.ts';

const INTERVAL_MS = 3_000;

interface Shown {
  overview: OperatorOverview;
  /** Milliseconds since the epoch. */
  at: number;
  /** Whether the gateway has not answered since. */
  isStale: boolean;
}

export const shown = signal<Shown | undefined>(undefined);

/** Reads the overview now and then, while the tab is visible, until the returned function is called. */
export function watchOverview(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWatching = true;
  let isReading = false;

  async function read(): Promise<void> {
    clearTimeout(timer);
    if (isReading || !isWatching || document.hidden) return;
    isReading = true;
    await update();
    isReading = false;
    if (isWatching) timer = setTimeout(read, INTERVAL_MS);
  }

  document.addEventListener('visibilitychange', read);
  void read();
  return () => {
    isWatching = false;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', read);
    shown.value = undefined;
  };
}

async function update(): Promise<void> {
  try {
    shown.value = { overview: await operator.overview(), at: Date.now(), isStale: false };
  } catch (error) {
    if (isProblem(error, 'invalid_token')) access.value = 'ended';
    else if (shown.value) shown.value = { ...shown.value, isStale: true };
  }
}
