import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runRow } from '../../../corpus/row.ts';
import { ROWS } from '../../../corpus/rows/index.ts';
import { shortSelection } from '../../../corpus/short-selection.ts';
import { Workshop } from '../../../corpus/workshop.ts';

/** Few enough for a minute. `npm run test:corpus` runs all rows. */
const PER_KIND = 4;
const SEED = 17;

let workshop: Workshop;
before(async () => {
  workshop = await Workshop.open();
});
after(() => workshop[Symbol.asyncDispose]());

describe('corpus of generated files', { concurrency: 2 }, () => {
  for (const row of shortSelection(ROWS, PER_KIND, SEED)) {
    it(`makes what it has to of ${row.kind}: ${row.name}`, async () => {
      const { faults } = await runRow(workshop, row);
      assert.deepEqual(faults, []);
    });
  }
});
