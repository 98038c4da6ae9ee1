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

/** The most conversions of a converter that are shown, so that the document stays small. */
export const MAX_SHOWN_CONVERSIONS = 8;

/** A measured speed, or null where nothing was converted yet. */
const speed = z.number().positive().nullable();

const currentConversion = z.object({
  job_id: z.string().max(100).meta({ description: 'The job that is converted' }),
  stage: z.string().max(40).meta({
    description:
      'What is being done: `fetch`, `probe`, `encode`, `check`, `store`; later versions may add others',
  }),
  progress: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .meta({ description: 'Share of the sound that is converted; null where its length is not known' }),
  speed: z.number().nonnegative().nullable().meta({
    description: 'Seconds of sound that were converted in each second so far; null before there are any',
  }),
});
export type CurrentConversion = z.infer<typeof currentConversion>;

const versions = z.object({
  release: z.string().max(100).meta({ description: 'The version of this software' }),
  node: z.string().max(100).optional().meta({ description: 'The version of Node.js' }),
  ffmpeg: z.string().max(100).optional().meta({ description: 'The version of ffmpeg' }),
});

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
    host: z
      .string()
      .max(255)
      .optional()
      .meta({ description: 'Where it runs, for an operator: the name of the host or of the pod' }),
    versions: versions.optional().meta({ description: 'What it runs on, for an operator' }),
    conversions: z
      .array(currentConversion)
      .max(MAX_SHOWN_CONVERSIONS)
      .optional()
      .meta({
        description: `What it is doing, for an operator: the ${MAX_SHOWN_CONVERSIONS} conversions that it has begun first`,
      }),
  })
  .meta({
    title: 'Converter',
    description: 'What a converter process shows of itself',
    examples: [
      { beat: 17, concurrency: 2, seconds_per_mib: 0.31, sound_speed: 84.5, sound_speed_normalized: null },
      {
        ...{
          beat: 3,
          concurrency: 1,
          seconds_per_mib: null,
          sound_speed: null,
          sound_speed_normalized: null,
        },
        host: 'converter-7d9c5b6f4-x2x8q',
        versions: { release: '1.0.0', node: '24.0.0', ffmpeg: '5.1.9' },
        conversions: [
          { job_id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', stage: 'encode', progress: 0.4, speed: 91.5 },
        ],
      },
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
