import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSecondary, type TrackMarks } from '../../../../services/shared/tracks/secondary.ts';

describe('isSecondary', () => {
  const table: [name: string, marks: Partial<TrackMarks>, expected: boolean][] = [
    ['does not hold for a track without marks', {}, false],
    ['does not hold for a default track', { disposition: { default: 1, comment: 0 } }, false],
    ['holds for a track with the flag of a comment', { disposition: { comment: 1 } }, true],
    ['holds for a track for the blind', { disposition: { visual_impaired: 1 } }, true],
    ['holds for a track for the deaf', { disposition: { hearing_impaired: 1 } }, true],
    ['holds for a description of the picture', { disposition: { descriptions: 1 } }, true],
    ['holds for the language of a narrative', { language: 'qad' }, true],
    ['holds for a commentary by its title', { title: 'Kommentar des Regisseurs' }, true],
    ['holds for an audio description by its abbreviation', { title: 'English AD' }, true],
    ['does not hold for the same letters in lower case', { title: 'an ad' }, false],
    ['does not hold for another title', { title: 'Deutsch 5.1' }, false],
  ];
  for (const [name, marks, expected] of table) {
    it(name, () =>
      assert.equal(isSecondary({ disposition: {}, language: null, title: null, ...marks }), expected),
    );
  }
});
