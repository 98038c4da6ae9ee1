import { tellSignInOutcome } from './access/sign-in-outcome.ts';
import { startServiceWorker } from './service-worker.ts';
import { startSharing } from './share/start.ts';

/** Starts what need not be there when the page is first seen. */
export function startLate(): void {
  startSharing();
  void tellSignInOutcome();
  // The browser may refuse it, by its settings or because its storage is full. A later visit tries again.
  startServiceWorker().catch(() => undefined);
}
