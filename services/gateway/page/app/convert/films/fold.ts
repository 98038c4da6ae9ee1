import type { FilmItem } from '../state.ts';

/** More films than this are not listed one by one unless somebody asks for it, so that what follows them stays within reach. */
export const MAX_SHOWN = 10;

/** The films that are listed: the first ones, and all others about which somebody should know. */
export function foldFilms(
  films: readonly FilmItem[],
  isNotable: (film: FilmItem) => boolean,
): readonly FilmItem[] {
  if (films.length <= MAX_SHOWN) return films;
  return films.filter((film, place) => place < MAX_SHOWN || isNotable(film));
}
