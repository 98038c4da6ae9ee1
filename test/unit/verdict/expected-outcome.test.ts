import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../../chaos/history.ts';
import { expectedEnd } from '../../verdict/expected-outcome.ts';

const yes = (name: Action['name']): Action => ({ name, answer: 200 });
const no = (name: Action['name']): Action => ({ name, answer: 409 });
const unknown = (name: Action['name']): Action => ({ name, answer: 'in doubt' });

const rows: [
  what: string,
  natural: string,
  actions: Action[],
  statuses: string[],
  least: number,
  most: number,
][] = [
  ['nothing was asked', 'done', [], ['done'], 1, 1],
  ['it cannot be converted', 'failed', [], ['failed'], 1, 1],
  ['it was cancelled', 'done', [yes('cancel')], ['cancelled'], 0, 0],
  ['it was too late to cancel', 'done', [no('cancel')], ['done'], 1, 1],
  ['nobody knows whether it was cancelled', 'done', [unknown('cancel')], ['cancelled', 'done'], 0, 1],
  ['it was cancelled and retried', 'done', [yes('cancel'), yes('retry')], ['done'], 1, 1],
  ['it failed and was retried', 'failed', [yes('retry')], ['failed'], 1, 2],
  ['the retry was refused', 'failed', [no('retry')], ['failed'], 1, 1],
  ['nobody knows whether it was retried', 'failed', [unknown('retry')], ['failed'], 1, 2],
  ['it was deleted', 'done', [yes('delete')], ['gone'], 0, 1],
  ['nobody knows whether it was deleted', 'done', [unknown('delete')], ['done', 'gone'], 0, 1],
];

describe('the end that a job must come to', () => {
  for (const [what, natural, actions, statuses, least, most] of rows) {
    it(`when ${what}`, () => {
      const expected = expectedEnd(natural, actions);
      assert.deepEqual([...expected.statuses].sort(), statuses);
      assert.deepEqual(expected.mails, { least, most });
    });
  }
});
