import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { untilStill } from '../../load/within.ts';

/** Says one after the other, and the last of them for ever. */
const saying = (...words: string[]) => {
  let at = 0;
  return async (): Promise<string> => words[Math.min(at++, words.length - 1)] as string;
};

describe('untilStill(stillMs, look)', () => {
  it('waits as long as something moves', async () => {
    assert.equal(await untilStill(60_000, saying('3 jobs', '2 jobs', '1 jobs', '')), '');
  });

  it('says what is left when nothing moves any more', async () => {
    assert.equal(await untilStill(1, saying('3 jobs', '2 jobs')), '2 jobs');
  });

  it('does not wait where nothing is left', async () => {
    assert.equal(await untilStill(60_000, saying('')), '');
  });
});
