import { createLocalTexts } from './local-texts.ts';

/** Before the id of a film. */
export const FILM_PREFIX = 'film:';

/** Whether this browser has kept films of an earlier visit, whoever they belong to. Needs none of the code that reads them. */
export const hasFilms = (): boolean =>
  createLocalTexts(() => localStorage)
    .keys()
    .some((key) => key.startsWith(FILM_PREFIX));
