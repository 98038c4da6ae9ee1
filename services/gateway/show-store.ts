import { repeat } from '../shared/runtime/interval.ts';
import type { Log } from '../shared/runtime/log.ts';
import { startStartupCheck } from '../shared/runtime/startup-check.ts';
import { checkConformance } from '../shared/state/conformance.ts';
import type { StateStore } from '../shared/state/state-store.ts';
import { writeMarker } from '../shared/state/store-marker.ts';

/** Milliseconds between two writes of the marker by which the other services see that a gateway runs. Some of them may fail. */
const MARKER_MS = 60_000;

export interface ShowStorePorts {
  state: StateStore;
  /** How long the marker is kept without another write. */
  indexSeconds: number;
  stoppingSignal: AbortSignal;
  log: Log;
}

/** Tests the store at the start, and shows it to the other services until the signal is aborted. */
export function showStore({ state, indexSeconds, stoppingSignal, log }: ShowStorePorts): {
  /** Throws until the store has passed. */
  storeCheck: () => Promise<void>;
  /** Resolves when the last write has ended. */
  marking: Promise<void>;
} {
  const storeCheck = startStartupCheck(
    async (signal) => {
      await checkConformance(state, signal);
      await writeMarker(state, indexSeconds, signal);
    },
    { stoppingSignal, log },
  );
  const marking = repeat(
    MARKER_MS,
    () => storeCheck().then(() => writeMarker(state, indexSeconds, stoppingSignal)),
    (error) =>
      log.debug({ err: error }, 'the marker that shows the store to the other services could not be written'),
    stoppingSignal,
  );
  return { storeCheck, marking };
}
