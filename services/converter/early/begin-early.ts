import type { Counter } from 'prom-client';
import { readGrowingBlob } from '../../shared/blobs/read-growing-blob.ts';
import type { EarlyRequest } from '../../shared/jobs/early-request.ts';
import { abortable } from '../../shared/runtime/abortable.ts';
import { delay } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Spool } from '../../shared/runtime/spool.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { CoreSlots } from '../capacity/core-slots.ts';
import type { Beginners } from '../fairness/beginners.ts';
import type { EarlySound } from '../ffmpeg/early-sound.ts';
import type { EncodeLimits } from '../ffmpeg/encode-request.ts';
import type { Tool } from '../sandbox/sandbox.ts';
import { encodeArriving } from './encode-arriving.ts';

/** An upload that sends nothing for so long is left. On the slowest line that uploads allow, a chunk takes less. */
const SILENCE_MS = 120_000;
/** How long sound that is ready waits for its job. */
const ACCEPT_MS = 60_000;
/** How long the reader pauses before it looks for an idle core again. */
const PAUSE_MS = 250;

/** Whether an attempt took the work over. */
export type EarlyOutcome = 'taken' | 'discarded';

export interface EarlyPorts {
  state: StateStore;
  spool: Pick<Spool, 'use'>;
  ffmpeg: Tool;
  ffprobe: Tool;
  limits: EncodeLimits;
  slots: Pick<CoreSlots, 'isIdle' | 'tryAcquire'>;
  /** Has other converters leave video and job to this one. */
  beginners: Pick<Beginners, 'show' | 'hide'>;
  outcomes?: Pick<Counter<'outcome'>, 'inc'> | undefined;
  stoppingSignal: AbortSignal;
  log: Log;
  silenceMs?: number;
  acceptMs?: number;
  stallMs?: number;
}

/** A folder that holds a whole video as `INPUT`, and its sound as `OUTPUT`. */
export interface EncodedVideo {
  folder: string;
  sound: EarlySound;
  /** Of the video. */
  sha256: string;
}

/** A conversion that was begun during the upload. */
export interface Early {
  request: EarlyRequest;
  /** Whether its job was accepted and claimed here. Then it pauses no more, and its folder stays until `release`. */
  isClaimed: boolean;
  /** Bytes that the encoder has taken. */
  fedBytes: number;
  /** Seconds of sound that it has encoded. */
  encodedSeconds: number;
  /** Rejects where the video cannot be used. */
  ready: Promise<EncodedVideo>;
  /** Ends it, whatever it does. */
  stop(reason: string): void;
  /** Lets the folder of a claimed conversion be removed. */
  release(): void;
  /** Resolves when its folder is removed. */
  ended: Promise<void>;
}

/** @param onOver called at once when the conversion cannot be claimed any more */
export function beginEarly(request: EarlyRequest, ports: EarlyPorts, onOver: () => void): Early {
  const { spool, beginners, outcomes, stoppingSignal, acceptMs = ACCEPT_MS } = ports;
  const log = ports.log.child({ job_id: request.job_id });
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, stoppingSignal]);
  const ready = Promise.withResolvers<EncodedVideo>();
  const released = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);

  async function run(): Promise<void> {
    let wasTaken = false;
    try {
      if (!(await beginners.show(request.job_id, signal))) throw new Error('another converter has begun');
      await spool.use(request.size, async (folder) => {
        ready.resolve({ folder, ...(await encodeGrowing(early, folder, { ...ports, signal })) });
        await abortable(released.promise, AbortSignal.any([signal, AbortSignal.timeout(acceptMs)])).catch(
          (reason: unknown) => {
            // An attempt works in the folder, and lets go of it itself when it is aborted.
            if (early.isClaimed) return released.promise;
            onOver();
            throw reason;
          },
        );
        wasTaken = true;
      });
    } catch (error) {
      ready.reject(error);
      log.debug({ err: error }, 'the early conversion was given up');
    } finally {
      await beginners.hide(request.job_id);
      onOver();
      outcomes?.inc({ outcome: wasTaken ? 'taken' : 'discarded' });
    }
  }

  const early: Early = {
    ...{
      request,
      isClaimed: false,
      fedBytes: 0,
      encodedSeconds: 0,
      ready: ready.promise,
      ended: Promise.resolve(),
    },
    release: released.resolve,
    stop(reason) {
      early.isClaimed = false;
      onOver();
      stopping.abort(new Error(reason));
    },
  };
  early.ended = run();
  return early;
}

async function encodeGrowing(early: Early, folder: string, ports: EarlyPorts & { signal: AbortSignal }) {
  const { state, slots, signal, silenceMs = SILENCE_MS } = ports;
  const { blob_id: id, size, options } = early.request;
  /** Ends the reader where the encoder has ended before the video. */
  const ended = new AbortController();
  const readSignal = AbortSignal.any([signal, ended.signal]);
  const chunks = readGrowingBlob(state, { id, size }, { signal: readSignal, silenceMs });
  /** Passes chunks on only while a core is idle. A claimed job has a core of its own. */
  async function* paced(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      while (!early.isClaimed && !isAnyCoreIdle(slots)) await delay(PAUSE_MS, readSignal);
      yield chunk;
    }
  }
  const onBytes = (bytes: number) => {
    early.fedBytes = bytes;
  };
  const onTime = (seconds: number) => {
    early.encodedSeconds = seconds;
  };
  try {
    return await encodeArriving({ parts: paced(), size, folder, options }, { ...ports, onBytes, onTime });
  } finally {
    ended.abort();
  }
}

function isAnyCoreIdle(slots: Pick<CoreSlots, 'tryAcquire'>): boolean {
  const permits = slots.tryAcquire(1);
  permits.release();
  return permits.count > 0;
}
