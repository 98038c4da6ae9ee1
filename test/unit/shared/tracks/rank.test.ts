import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rankTracks, type TrackTraits } from '../../../../services/shared/tracks/rank.ts';

const tracks = (...fields: Partial<TrackTraits>[]): TrackTraits[] =>
  fields.map((each, place) => ({
    ...{ position: place + 1, language: null, isDefault: true, isDisabled: false, isSecondary: false },
    ...each,
  }));

describe('rankTracks', () => {
  const table: [
    name: string,
    fields: Partial<TrackTraits>[],
    wanted: number | string | undefined,
    order: number[],
  ][] = [
    ['keeps the order of equal tracks', [{}, {}, {}], undefined, [1, 2, 3]],
    ['puts the default track first', [{ isDefault: false }, {}], undefined, [2, 1]],
    [
      'puts a disabled track after one that is not the default',
      [{ isDisabled: true }, { isDefault: false }],
      undefined,
      [2, 1],
    ],
    [
      'puts a commentary after a disabled track',
      [{ isSecondary: true }, { isDisabled: true }],
      undefined,
      [2, 1],
    ],
    ['returns the track at a position alone', [{}, {}], 2, [2]],
    ['returns nothing for a position that does not exist', [{}, {}], 3, []],
    [
      'returns the tracks of a language',
      [{ language: 'ger' }, { language: 'eng' }, { language: 'deu' }],
      'de',
      [1, 3],
    ],
    [
      'puts the film before the commentary in one language',
      [{ language: 'en', isSecondary: true }, { language: 'en' }],
      'eng',
      [2, 1],
    ],
    ['returns nothing for a language that no track has', [{ language: 'eng' }, {}], 'fra', []],
    ['returns nothing for no tracks', [], undefined, []],
  ];
  for (const [name, fields, wanted, order] of table) {
    it(name, () => {
      const ranked = rankTracks(tracks(...fields), wanted);
      assert.deepEqual(
        ranked.map(({ position }) => position),
        order,
      );
    });
  }
});
