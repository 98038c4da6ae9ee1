import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../../verdict/evidence.ts';
import { expectedOutcome } from '../../verdict/expected-outcome.ts';

const accepted = (name: Action['name']): Action => ({ name, answer: 200 });
const refused = (name: Action['name']): Action => ({ name, answer: 409 });
const inDoubt = (name: Action['name']): Action => ({ name, answer: 'in doubt' });

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
  ['it was cancelled', 'done', [accepted('cancel')], ['cancelled'], 0, 0],
  ['it was too late to cancel it', 'done', [refused('cancel')], ['done'], 1, 1],
  ['the cancel is in doubt', 'done', [inDoubt('cancel')], ['cancelled', 'done'], 0, 1],
  ['it was cancelled and retried', 'done', [accepted('cancel'), accepted('retry')], ['done'], 1, 1],
  ['it failed and was retried', 'failed', [accepted('retry')], ['failed'], 1, 2],
  ['the retry was refused', 'failed', [refused('retry')], ['failed'], 1, 1],
  ['the retry is in doubt', 'failed', [inDoubt('retry')], ['failed'], 1, 2],
  ['it was deleted', 'done', [accepted('delete')], ['gone'], 0, 1],
  ['the delete is in doubt', 'done', [inDoubt('delete')], ['done', 'gone'], 0, 1],
];

const mailCount = (least: number, most: number) =>
  least === most ? `${most} ${most === 1 ? 'mail' : 'mails'}` : `${least} to ${most} mails`;

describe('expectedOutcome(natural, actions)', () => {
  for (const [what, natural, actions, statuses, least, most] of rows) {
    it(`expects ${statuses.join(' or ')} and ${mailCount(least, most)} when ${what}`, () => {
      const expected = expectedOutcome(natural, actions);
      assert.deepEqual([...expected.statuses].sort(), statuses);
      assert.deepEqual(expected.mails, { least, most });
    });
  }
});
