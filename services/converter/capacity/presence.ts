import { randomUUID } from 'node:crypto';
import {
  ALIVE_MS,
  BEAT_MS,
  type ConverterPresence,
  hidePresence,
  showPresence,
} from '../../shared/contract/converter-presence.ts';
import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createLiveness } from '../../shared/state/liveness.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

/** Milliseconds for the last write of a converter that stops. Without it, the converter counts as dead a little later. */
const HIDE_MS = 2_000;

export interface PresencePorts {
  state: StateStore;
  /** How many jobs this converter converts at a time, and how fast it was so far. */
  describe: () => Omit<ConverterPresence, 'beat'>;
  /** Aborted when the service stops. */
  stoppingSignal: AbortSignal;
  log: Log;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/**
 * Shows the gateways that this converter runs, until it stops. Nothing that is converted depends on it. Resolves when the entry of
 * this converter is removed.
 */
export async function showUntilStopped(ports: PresencePorts): Promise<void> {
  const { state, describe, stoppingSignal, log, now = () => performance.now() } = ports;
  const id = randomUUID();
  const liveness = createLiveness({ beatMs: BEAT_MS, aliveMs: ALIVE_MS });
  let beats = 0;

  async function beat(): Promise<void> {
    beats += 1;
    const readAt = now();
    const presence = { beat: beats, ...describe() };
    const shown = await showPresence(state, { id, presence, dead: liveness.dead() }, stoppingSignal);
    liveness.update(new Map([...shown].map(([other, entry]) => [other, entry.beat])), readAt);
  }

  const onError = (error: unknown) => {
    if (!stoppingSignal.aborted)
      log.debug({ err: error }, 'this converter could not show the gateways that it runs');
  };
  await beat().catch(onError);
  await repeat(BEAT_MS, beat, onError, stoppingSignal);
  await hidePresence(state, id, AbortSignal.timeout(HIDE_MS)).catch((error: unknown) =>
    log.debug({ err: error }, 'this converter is shown a little longer than it runs'),
  );
}
