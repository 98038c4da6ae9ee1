import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { takeAtLeast } from '../../../../services/auth/mails/take-at-least.ts';

const MS = 60;
/** A timer may end that much early. */
const EARLY_MS = 2;

describe('takeAtLeast', () => {
  for (const [name, work] of [
    ['succeeds', async () => 'done'],
    ['fails', async () => Promise.reject(new Error('broken'))],
  ] as const)
    it(`takes as long for work that ${name} at once`, async () => {
      const since = performance.now();
      const outcome = await takeAtLeast(work, MS).catch((error: Error) => error.message);
      assert.ok(performance.now() - since >= MS - EARLY_MS);
      assert.equal(outcome, name === 'fails' ? 'broken' : 'done');
    });
});
