import { delay } from '../../../../../shared/runtime/delay.ts';

const RETRY_MS = 15_000;

/** Resolves after some seconds, or as soon as the browser is online again or somebody looks at the page. */
export async function untilRecovered(signal: AbortSignal): Promise<void> {
  const woken = new AbortController();
  const wake = () => woken.abort();
  const onVisible = () => document.visibilityState === 'visible' && wake();
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', onVisible);
  try {
    await delay(RETRY_MS, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
    signal.throwIfAborted();
  } finally {
    removeEventListener('online', wake);
    document.removeEventListener('visibilitychange', onVisible);
  }
}
