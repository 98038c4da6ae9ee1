import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ROWS } from '../../corpus/rows/index.ts';
import { shortSelection } from '../../corpus/short-selection.ts';

const names = (rows: typeof ROWS) => rows.map(({ kind, name }) => `${kind} ${name}`);

describe('rows of the corpus', () => {
  it('are more than 150, and no two have one name', () => {
    assert.ok(ROWS.length >= 150);
    assert.equal(new Set(names(ROWS)).size, ROWS.length);
  });

  it('have a short selection with every kind, which is the same for the same seed', () => {
    const chosen = shortSelection(ROWS, 2, 1);
    assert.deepEqual(new Set(chosen.map(({ kind }) => kind)), new Set(ROWS.map(({ kind }) => kind)));
    assert.deepEqual(names(shortSelection(ROWS, 2, 1)), names(chosen));
    assert.notDeepEqual(names(shortSelection(ROWS, 2, 2)), names(chosen));
  });
});
