import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMPONENTS } from '../dapr/names.ts';
import { StartupRefusal } from '../runtime/startup-check.ts';
import { encodeDocument, type StateStore } from './state-store.ts';

const CHUNK_BYTES = 1024 ** 2;
const WRITERS = 6;
/** Nothing that is left behind stays for long, if the store lets anything go. */
const SCRATCH_SECONDS = 120;
const POLL_MS = 200;
/** Failing this often in a row is no accident: the Redis component, for one, tells of a lost connection as of a conflict. */
const TRIES = 3;
/** Between tries, and how much longer than its time a key may be there. */
const TIMES = { pauseMs: 1_000, expiryMs: 15_000 };

interface Scratch {
  state: StateStore;
  key: string;
  times: typeof TIMES;
  signal: AbortSignal;
}

type Trial = (scratch: Scratch) => Promise<boolean>;

const document = (value: unknown): string => encodeDocument({ value });

const valueAt = async ({ state, key, signal }: Scratch): Promise<string | undefined> =>
  (await state.get(key, signal))?.value;

function put(
  scratch: Scratch,
  value: unknown,
  options: { when?: 'create' | { etag: string }; ttl?: number } = {},
) {
  const { state, key, signal } = scratch;
  const { when, ttl = SCRATCH_SECONDS } = options;
  return state.put(key, document(value), { ttlSeconds: ttl, ...(when && { when }), signal });
}

async function oneOf(
  writers: number,
  write: (by: number) => Promise<boolean>,
  scratch: Scratch,
): Promise<boolean> {
  const won = await Promise.all(Array.from({ length: writers }, (_, by) => write(by)));
  const winners = won.flatMap((winner, by) => (winner ? [by] : []));
  return winners.length === 1 && (await valueAt(scratch)) === document(winners[0]);
}

async function isGone(scratch: Scratch): Promise<boolean> {
  for (const end = performance.now() + scratch.times.expiryMs; performance.now() < end; ) {
    if ((await valueAt(scratch)) === undefined) return true;
    await sleep(POLL_MS, undefined, { signal: scratch.signal });
  }
  return false;
}

const TRIALS: Record<string, Trial> = {
  'give back what was put': async (scratch) => {
    const text = 'Übung 🎬 "$etag" \0';
    await put(scratch, text);
    return (await valueAt(scratch)) === document(text);
  },
  'keep a chunk of 1 MiB': async ({ state, key, signal }) => {
    const bytes = randomBytes(CHUNK_BYTES);
    await state.putBytes(key, bytes, { ttlSeconds: SCRATCH_SECONDS, signal });
    return (await state.getBytes(key, signal))?.equals(bytes) === true;
  },
  'give many keys at once, with their ETags': async (scratch) => {
    await put(scratch, 1);
    const found = await scratch.state.getMany([scratch.key, `${scratch.key}:missing`], scratch.signal);
    return found.size === 1 && found.get(scratch.key)?.value === document(1);
  },
  'create only what does not exist (first-write concurrency without an ETag)': (scratch) =>
    oneOf(WRITERS, (by) => put(scratch, by, { when: 'create' }), scratch),
  'compare and set (first-write concurrency with an ETag)': async (scratch) => {
    await put(scratch, 'nobody', { when: 'create' });
    const entry = await scratch.state.get(scratch.key, scratch.signal);
    if (!entry) return false;
    const write = (by: number) => put(scratch, by, { when: { etag: entry.etag } });
    return (await oneOf(WRITERS, write, scratch)) && !(await write(WRITERS));
  },
  'delete a key': async (scratch) => {
    await put(scratch, 1);
    await scratch.state.delete(scratch.key, scratch.signal);
    return (await valueAt(scratch)) === undefined;
  },
  'let a key expire (ttlInSeconds)': async (scratch) => {
    await put(scratch, 1, { ttl: 1 });
    return isGone(scratch);
  },
  'keep a key whose life was prolonged': async (scratch) => {
    const short = { ...scratch, key: `${scratch.key}:short` };
    await put(scratch, 1, { ttl: 1 });
    await put(scratch, 2);
    await put(short, 1, { ttl: 1 });
    return (await isGone(short)) && (await valueAt(scratch)) === document(2);
  },
};

/**
 * Tries on scratch keys what all depends on: what a component advertises is not what it does. Resolves within seconds for
 * a store that keeps its promises. Throws {@link StartupRefusal} with what it does not do, and `unavailable` when it is away.
 */
export async function checkConformance(state: StateStore, signal: AbortSignal, times = TIMES): Promise<void> {
  // What one finds the store away for ends the others.
  const away = new AbortController();
  const scratch = { state, times, signal: AbortSignal.any([signal, away.signal]) };
  const broken = await Promise.all(
    Object.entries(TRIALS).map(async ([promise, trial]) => ((await isKept(trial, scratch)) ? [] : [promise])),
  ).catch((error: unknown) => {
    away.abort(error);
    throw error;
  });
  const list = broken.flat();
  if (list.length > 0)
    throw new StartupRefusal(`the component «${COMPONENTS.state}» does not ${list.join('; nor does it ')}`);
}

async function isKept(trial: Trial, scratch: Omit<Scratch, 'key'>): Promise<boolean> {
  const { state, times, signal } = scratch;
  for (let tries = 1; ; tries++) {
    const key = `scratch:${randomUUID()}`;
    // What one trial cannot do while plain keys are kept is not for want of a store.
    const kept = await trial({ ...scratch, key }).catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (!(await answers(state, signal))) throw error;
      return false;
    });
    await state.delete(key, signal);
    if (kept || tries === TRIES) return kept;
    await sleep(times.pauseMs, undefined, { signal });
  }
}

const answers = (state: StateStore, signal: AbortSignal): Promise<boolean> =>
  state.get(`scratch:${randomUUID()}`, signal).then(
    () => true,
    () => false,
  );
