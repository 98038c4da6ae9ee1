import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError, unavailable } from './errors.ts';
import type { Log } from './log.ts';

const PAUSE_MS = 500;
const TELL_MS = 10_000;
/** sysexits(3) EX_CONFIG: starting it again will not help. */
export const EXIT_REFUSED = 78;

/** With this infrastructure, or set up in this way, the service cannot do what it promises. */
export class StartupRefusal extends Error {}

interface ProofOptions {
  stopping: AbortSignal;
  log: Log;
}

/**
 * Has something proved in the background, again while what it needs is away. The check that comes back throws
 * `unavailable` until it is;
 * what is disproved ends the process, with the reason as the last line of its log.
 */
export function startStartupCheck(
  prove: (signal: AbortSignal) => Promise<void>,
  { stopping, log }: ProofOptions,
): () => Promise<void> {
  let proved = false;
  let tellAt = performance.now() + TELL_MS;
  const attempt = async (): Promise<void> => {
    while (!proved && !stopping.aborted) {
      try {
        await prove(stopping);
        proved = true;
      } catch (error) {
        if (stopping.aborted) return;
        if (error instanceof StartupRefusal) {
          log.fatal(`refused: ${error.message}`);
          process.exit(EXIT_REFUSED);
        }
        if (!isAppError(error, 'unavailable')) log.error({ err: error }, 'a proof broke off');
        else if (performance.now() > tellAt) {
          log.warn({ err: error }, `not ready: ${error.message}`);
          tellAt += TELL_MS;
        }
        await sleep(PAUSE_MS, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  };
  void attempt();
  return async () => {
    if (!proved) throw unavailable('what this service needs');
  };
}
