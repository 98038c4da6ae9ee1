import { z } from 'zod';
import { readDocument, updateDocument } from '../state/documents.ts';
import type { StateStore } from '../state/state-store.ts';

/**
 * The document in which the converters show themselves: `{<id of the process>: ConverterPresence}`. Whoever reads it counts a
 * converter whose `beat` has changed within {@link ALIVE_MS} on the reader's own monotonic clock. No time of another machine is
 * compared, and no key has to expire.
 */
const KEY = 'converters';
export const CONVERTERS_KEY = KEY;
/** The document expires after this time without any converter. */
export const CONVERTERS_TTL_SECONDS = 24 * 3600;
/** The most converters that are shown. Further ones convert all the same, and are not counted. */
const MAX_CONVERTERS = 500;

/** Milliseconds between two beats of a converter. */
export const BEAT_MS = 5_000;
/** A converter without a new beat for this many milliseconds counts as dead. Two of its beats may fail. */
export const ALIVE_MS = 20_000;

/** A measured speed, or null where nothing was converted yet. */
const speed = z.number().positive().nullable();

export const converterPresence = z
  .object({
    beat: z.number().int().meta({ description: 'One more with each beat' }),
    concurrency: z.number().int().min(1).meta({ description: 'How many jobs it converts at a time' }),
    seconds_per_mib: speed.meta({
      description: 'Seconds from the claim of a job to its end, for each MiB of its video: a moving average',
    }),
    sound_speed: speed.meta({
      description: 'Seconds of sound that it converts in a second, in the same way',
    }),
    sound_speed_normalized: speed.meta({ description: 'The same for jobs with `normalize`' }),
  })
  .meta({
    title: 'Converter',
    description: 'What a converter process shows of itself',
    examples: [
      { beat: 17, concurrency: 2, seconds_per_mib: 0.31, sound_speed: 84.5, sound_speed_normalized: null },
    ],
  });
export type ConverterPresence = z.infer<typeof converterPresence>;

/** An entry of another form, which a newer release may write, is kept and not counted. */
type Stored = Record<string, unknown>;

export type Presences = Map<string, ConverterPresence>;

function parse(stored: Stored | undefined): Presences {
  const entries = Object.entries(stored ?? {}).slice(0, MAX_CONVERTERS);
  return new Map(
    entries.flatMap(([id, value]) => {
      const { data } = converterPresence.safeParse(value);
      return data ? [[id, data]] : [];
    }),
  );
}

/** The converters that have shown themselves, also those that have died since. Throws `unavailable`. */
export async function readPresences(state: StateStore, signal?: AbortSignal): Promise<Presences> {
  return parse((await readDocument<Stored>(state, KEY, signal))?.document);
}

/**
 * Writes the entry of one converter, and removes those of dead ones. Returns the entries as they are stored afterwards. Throws
 * `unavailable`.
 */
export async function showPresence(
  state: StateStore,
  { id, presence, dead }: { id: string; presence: ConverterPresence; dead: ReadonlySet<string> },
  signal?: AbortSignal,
): Promise<Presences> {
  const change = (stored: Stored = {}): Stored | undefined => {
    const others = Object.entries(stored).filter(([other]) => other !== id && !dead.has(other));
    if (others.length >= MAX_CONVERTERS) return undefined;
    return { ...Object.fromEntries(others), [id]: presence };
  };
  return parse(
    await updateDocument<Stored>(state, KEY, change, { ttlSeconds: CONVERTERS_TTL_SECONDS, signal }),
  );
}

/** Removes the entry of a converter that stops. Throws `unavailable`. */
export async function hidePresence(state: StateStore, id: string, signal?: AbortSignal): Promise<void> {
  const change = (stored: Stored = {}): Stored | undefined => {
    if (!(id in stored)) return undefined;
    const { [id]: _, ...others } = stored;
    return others;
  };
  await updateDocument<Stored>(state, KEY, change, { ttlSeconds: CONVERTERS_TTL_SECONDS, signal });
}
