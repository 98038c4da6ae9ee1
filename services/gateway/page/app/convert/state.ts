import { computed, effect, signal } from '@preact/signals';
import type { Film } from '../../../client/uploads/film.ts';
import type { Fault, Found } from './films/look-at-film.ts';
import type { Options } from './options/options.ts';
import type { KeptHandle } from './storage/handles.ts';

/** How far a film is. Each stage can be left for the next one, and for `failed`. */
export type Stage =
  /** Its sound is being looked for. */
  | { name: 'reading' }
  /** It can be sent. */
  | { name: 'found' }
  /** Nothing can be made of it, or so it seems. `mayBeWrong`: nobody has looked into it yet. */
  | { name: 'useless'; fault: Fault; mayBeWrong: boolean }
  /** Others are sent first, or somebody has to sign in. */
  | { name: 'waiting' }
  /** `trouble`: why nothing arrives at the moment. `secondsLeft`: undefined while that cannot be told. */
  | { name: 'sending'; trouble?: unknown; isWaitingForTab?: boolean; secondsLeft?: number | undefined }
  | { name: 'paused' }
  | { name: 'failed'; error: unknown }
  /** The page was loaded anew, and somebody has to choose the file again. */
  | { name: 'missing' }
  /** Another tab sends it. */
  | { name: 'elsewhere' }
  /** The gateway has its sound. All of the film may have to be sent, where nothing can be made of the sound alone. */
  | { name: 'accepted'; job: string };

export interface FilmItem {
  id: string;
  /** Id of the account. Undefined until somebody signs in. */
  owner: string | undefined;
  name: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  lastModified: number;
  /** Undefined where the file has to be chosen again. */
  film: Film | undefined;
  /** With which the browser opens the file again. */
  handle: KeptHandle | undefined;
  /** Undefined until it was looked at. */
  found: Found | undefined;
  /** Options for this film alone, see `OWN_OPTIONS`. */
  own: Options;
  stage: Stage;
  /** From here on: as they were when somebody asked for the conversion. */
  options: Options;
  whole: boolean;
  began: number;
  /** Bytes that the gateway has, and that it gets in all. 0 of 0 while that is not known. */
  sent: number;
  toSend: number;
  fingerprint: string | undefined;
  /** Whether the sound alone was sent before, and nothing could be made of it. */
  isSecondTry: boolean;
}

/** All films of which the page knows, in the order in which they came. */
export const films = signal<readonly FilmItem[]>([]);

export const findFilm = (id: string): FilmItem | undefined => films.value.find((film) => film.id === id);

export function addFilm(film: FilmItem): void {
  films.value = [...films.value, film];
}

export function changeFilm(id: string, change: Partial<FilmItem>): void {
  films.value = films.value.map((film) => (film.id === id ? { ...film, ...change } : film));
}

export function dropFilm(id: string): void {
  films.value = films.value.filter((film) => film.id !== id);
}

export const isAt = (name: Stage['name'], ...more: Stage['name'][]) => {
  const names = [name, ...more];
  return ({ stage }: Pick<FilmItem, 'stage'>): boolean => names.includes(stage.name);
};

/** Films that were found, and that nobody has asked to be converted yet. */
export const chosenFilms = computed(() => films.value.filter(isAt('reading', 'found', 'useless')));

/** Films that are on their way to the gateway, or would be. */
export const sentFilms = computed(() =>
  films.value.filter(isAt('waiting', 'sending', 'paused', 'failed', 'missing', 'elsewhere')),
);

/** Bytes of films that were sent since something began to be sent. */
const finishedBytes = signal(0);

const activeFilms = computed(() => films.value.filter(isAt('waiting', 'sending')));

/** Counts a film that the gateway has, so that the progress of all does not fall back. */
export function countFinished({ toSend }: Pick<FilmItem, 'toSend'>): void {
  finishedBytes.value += toSend;
}

effect(() => {
  if (activeFilms.value.length === 0) finishedBytes.value = 0;
});

/** Bytes of all films that are being sent now or next, and of those that were sent just before. Undefined where nothing is sent. */
export const uploadProgress = computed<{ sent: number; total: number } | undefined>(() => {
  const active = activeFilms.value;
  if (active.length === 0) return undefined;
  const sum = (of: (film: FilmItem) => number) =>
    active.reduce((total, film) => total + of(film), finishedBytes.value);
  return { sent: sum(({ sent }) => sent), total: sum(({ toSend, size }) => toSend || size) };
});
