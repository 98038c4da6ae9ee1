import { delay } from '../../shared/runtime/delay.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { ReadPorts } from './read-watched.ts';

/** Milliseconds between two reads of all that is watched. */
const POLL_MS = 1_000;
/** Milliseconds between two reads, at least. */
const MIN_PAUSE_MS = 100;

interface ReadLoopPorts extends Pick<ReadPorts, 'stoppingSignal' | 'log' | 'now'> {
  /** Whether anything is watched. The loop ends when nothing is. */
  isNeeded: () => boolean;
  readAll: () => Promise<void>;
  readEarly: () => Promise<void>;
  /** Milliseconds until `readEarly` has something to read. */
  earlyReadIn: () => number;
}

/** Reads all that is watched once a second, and between these reads what is due before its turn. One read at a time. */
export interface ReadLoop {
  /** Starts the loop where it does not run. */
  start(): void;
  /** Plans the next read anew, because what is watched has changed. */
  plan(): void;
  /** Reads all without waiting for the next turn. */
  readAllNow(): void;
}

export function createReadLoop(ports: ReadLoopPorts): ReadLoop {
  const { stoppingSignal, log, now } = ports;
  let isRunning = false;
  /** Milliseconds until all is read. */
  let readAllIn = 0;
  let lastReadAt = 0;
  let planned = new AbortController();

  async function run(): Promise<void> {
    for (let isOver = true; ports.isNeeded() && !stoppingSignal.aborted; isOver = await pause()) {
      if (readAllIn <= 0) {
        await ports.readAll().catch(report);
        readAllIn = POLL_MS;
      } else if (isOver) {
        await ports.readEarly().catch(report);
      } else {
        continue;
      }
      lastReadAt = now();
    }
    isRunning = false;
  }

  function report(error: unknown): void {
    // The streams go on, and the next read tries again.
    const level = isAppError(error, 'unavailable') ? 'debug' : 'warn';
    if (!stoppingSignal.aborted) log[level]({ err: error }, 'the watched jobs could not be read');
  }

  /** Waits until a read is due. Resolves with false where that has to be planned anew. */
  async function pause(): Promise<boolean> {
    planned = new AbortController();
    const begunAt = now();
    const early = Math.max(lastReadAt + MIN_PAUSE_MS - begunAt, ports.earlyReadIn());
    const ms = Math.min(readAllIn, early);
    const signal = AbortSignal.any([planned.signal, stoppingSignal]);
    const isOver = await delay(ms, signal).then(
      () => true,
      () => false,
    );
    readAllIn -= isOver ? ms : now() - begunAt;
    return isOver;
  }

  return {
    start() {
      if (isRunning) return;
      isRunning = true;
      readAllIn = 0;
      void run();
    },
    plan: () => planned.abort(),
    readAllNow() {
      readAllIn = 0;
      planned.abort();
    },
  };
}
