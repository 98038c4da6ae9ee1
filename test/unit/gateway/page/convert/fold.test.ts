import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foldFilms, MAX_SHOWN } from '../../../../../services/gateway/page/app/convert/films/fold.ts';
import type { FilmItem } from '../../../../../services/gateway/page/app/convert/state.ts';

const filmsOf = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ id: String(place) }) as FilmItem);
const idsOf = (films: readonly FilmItem[]) => films.map(({ id }) => Number(id));

describe('foldFilms', () => {
  it('leaves a short list as it is', () => {
    assert.equal(foldFilms(filmsOf(MAX_SHOWN), () => false).length, MAX_SHOWN);
  });

  it('keeps the first films of a long list, and those about which somebody should know', () => {
    const shown = foldFilms(filmsOf(100), ({ id }) => id === '3' || id === '77');
    assert.deepEqual(idsOf(shown), [...Array(MAX_SHOWN).keys(), 77]);
  });
});
