import * as z from 'zod';
import { parseJson } from '../../../../../shared/runtime/parse-json.ts';
import { FILM_PREFIX } from './has-films.ts';
import type { LocalTexts } from './local-texts.ts';
import { fromQueryText, toQueryText } from './query-text.ts';

const KEPT_MS = 31 * 24 * 3_600_000;

const size = z.number().int().nonnegative();

/** What is remembered of a film whose conversion somebody has asked for, until the gateway has all that it needs. */
const filmRecord = z.object({
  id: z.uuid(),
  /** Id of the account. Others who use this browser do not see the film. */
  owner: z.string(),
  name: z.string().max(4096),
  size,
  /** When the file was last changed: milliseconds since the epoch. */
  lastModified: z.number(),
  options: z.string(),
  /** Whether all of the film is sent, and not its sound alone. */
  whole: z.boolean(),
  /** Bytes that the gateway has, and that it gets in all. */
  sent: size,
  toSend: size,
  /** Under which the upload is remembered, see `Client.forget`. */
  fingerprint: z.string().optional(),
  /** The job that was made of the sound alone. All of the film may have to be sent after it. */
  job: z.uuid().optional(),
  /** When somebody has asked for its conversion, and when this was last saved: milliseconds since the epoch. */
  began: z.number(),
  at: z.number(),
});
export type FilmRecord = Omit<z.infer<typeof filmRecord>, 'options'> & {
  /** Query parameters of the upload. */
  options: Readonly<Record<string, string>>;
};

export interface FilmRecords {
  /** In the order in which they were added. */
  list(owner: string): FilmRecord[];
  find(id: string): FilmRecord | undefined;
  save(record: Omit<FilmRecord, 'at'>): void;
  remove(id: string): void;
}

/** Remembers films in the local storage. @param now milliseconds since the epoch */
export function createFilmRecords(texts: LocalTexts, now = Date.now): FilmRecords {
  const keyOf = (id: string) => FILM_PREFIX + id;
  const find = (id: string): FilmRecord | undefined => {
    const { data } = filmRecord.safeParse(parseJson(texts.get(keyOf(id)) ?? ''));
    return data && { ...data, options: fromQueryText(data.options) };
  };
  return {
    find,
    list(owner) {
      const ids = texts.keys().filter((key) => key.startsWith(FILM_PREFIX));
      const records = ids.flatMap((key) => find(key.slice(FILM_PREFIX.length)) ?? []);
      for (const { id, at } of records) if (at < now() - KEPT_MS) texts.remove(keyOf(id));
      return records
        .filter((record) => record.owner === owner && record.at >= now() - KEPT_MS)
        .sort((one, other) => one.began - other.began);
    },
    save: ({ options, ...record }) =>
      texts.set(keyOf(record.id), JSON.stringify({ ...record, options: toQueryText(options), at: now() })),
    remove: (id) => texts.remove(keyOf(id)),
  };
}
