import { AppError, isAppError } from './errors.ts';
import type { Log } from './log.ts';
import { retry } from './retry.ts';

const PAUSE_MS = 500;
/** How often the log says that the service is not ready yet. */
const REPORT_MS = 10_000;
/** EX_CONFIG of sysexits(3). The service would refuse again after a restart. */
export const EXIT_REFUSED = 78;

/** The service cannot keep its promises with this infrastructure or this configuration. */
export class StartupRefusal extends Error {}

interface StartupCheckOptions {
  stoppingSignal: AbortSignal;
  log: Log;
}

/**
 * Runs `check` in the background until it passes. Where `check` throws {@link StartupRefusal}, the process ends with
 * {@link EXIT_REFUSED}, and the last line of its log is the reason. After any other error, `check` runs again.
 *
 * Returns a function that throws `unavailable` until `check` has passed.
 */
export function startStartupCheck(
  check: (signal: AbortSignal) => Promise<void>,
  { stoppingSignal, log }: StartupCheckOptions,
): () => Promise<void> {
  let isReady = false;
  const act = async () => {
    stoppingSignal.throwIfAborted();
    await check(stoppingSignal);
  };
  const isRetryable = (error: unknown) => !(error instanceof StartupRefusal);
  retry(act, { pauseMs: PAUSE_MS, signal: stoppingSignal, isRetryable, onRetry: createReport(log) }).then(
    () => {
      isReady = true;
    },
    (error: Error) => {
      if (stoppingSignal.aborted) return;
      log.fatal(`refused: ${error.message}`);
      process.exit(EXIT_REFUSED);
    },
  );
  return async () => {
    if (!isReady) throw notReady();
  };
}

/** Most checks pass within two seconds. So clients come again sooner than during an outage. */
const notReady = (): AppError =>
  new AppError('unavailable', 'this service is not ready yet; try again shortly', {
    headers: { 'Retry-After': '1' },
  });

/** Logs that something the service needs is unavailable, but not at every attempt. Other errors are logged each time. */
function createReport(log: Log): (error: unknown) => void {
  let reportAt = performance.now() + REPORT_MS;
  return (error) => {
    if (!isAppError(error, 'unavailable')) log.error({ err: error }, 'a startup check failed unexpectedly');
    else if (performance.now() > reportAt) {
      log.warn({ err: error }, `not ready: ${error.message}`);
      reportAt += REPORT_MS;
    }
  };
}
