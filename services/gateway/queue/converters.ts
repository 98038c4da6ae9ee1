import {
  ALIVE_MS,
  BEAT_MS,
  type ConverterPresence,
  type Presences,
  readPresences,
} from '../../shared/contract/converter-presence.ts';
import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createPacedRead } from '../../shared/runtime/paced-read.ts';
import { createLiveness } from '../../shared/state/liveness.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

/** Milliseconds between two reads while nobody asks, so that a change between two reads always means life. */
const IDLE_PAUSE_MS = 10_000;
/** Milliseconds between two reads while somebody asks, at least. */
const MIN_PAUSE_MS = 2_000;

interface ConvertersPorts {
  state: StateStore;
  stoppingSignal: AbortSignal;
  log: Log;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

export interface AliveConverter extends ConverterPresence {
  /** A UUID of the process. */
  id: string;
}

/** The converters that show themselves in the store. */
export interface Converters {
  /** Reads the store if that was long enough ago. All callers share one read. Never rejects. */
  update(): Promise<void>;
  /** Those that are alive. Undefined while that is not known: shortly after the start, and while the store is unavailable. */
  alive(): AliveConverter[] | undefined;
  /** Reads now and then, until the service stops. */
  run(): Promise<void>;
}

export function createConverters(ports: ConvertersPorts): Converters {
  const { state, stoppingSignal, log, now = () => performance.now() } = ports;
  const liveness = createLiveness({ beatMs: BEAT_MS, aliveMs: ALIVE_MS });
  let presences: Presences = new Map();

  async function read(): Promise<void> {
    const readAt = now();
    presences = await readPresences(state, stoppingSignal);
    liveness.update(new Map([...presences].map(([id, { beat }]) => [id, beat])), readAt);
  }

  const onError = (error: unknown) => log.debug({ err: error }, 'the converters could not be counted');
  const update = createPacedRead(read, { minPauseMs: MIN_PAUSE_MS, now, onError });

  return {
    update,
    alive() {
      const ids = liveness.alive(now());
      return ids && [...presences].flatMap(([id, presence]) => (ids.has(id) ? { id, ...presence } : []));
    },
    async run() {
      await update();
      await repeat(IDLE_PAUSE_MS, update, () => undefined, stoppingSignal);
    },
  };
}
