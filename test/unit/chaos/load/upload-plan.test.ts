import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planUpload } from '../../../chaos/load/upload-plan.ts';

const plans = Array.from({ length: 1000 }, (_, number) => planUpload(11, number, 6));
const share = (matches: (plan: (typeof plans)[number]) => boolean) =>
  plans.filter(matches).length / plans.length;

describe('planUpload(seed, number, users)', () => {
  it('depends on seed and number alone', () => {
    assert.deepEqual(planUpload(11, 5, 6), plans[5]);
    assert.notDeepEqual(planUpload(12, 5, 6), plans[5]);
  });

  it('plans a bad file for about a tenth of the uploads', () => {
    const bad = share(({ expects }) => expects !== 'done');
    assert.ok(bad > 0.06 && bad < 0.14, String(bad));
  });

  const wishes = ['nothing', 'cancel', 'cancel, retry', 'delete', 'delete when final', 'retry'];
  for (const wished of wishes) {
    it(`plans the wish «${wished}» for some uploads`, () =>
      assert.ok(share(({ wish }) => wish === wished) > 0.01));
  }

  it('plans a retry of a good file only after a cancel, and no wish for an upload that breaks off', () => {
    for (const { expects, hangsUpAt, wish } of plans) {
      if (wish === 'retry') assert.notEqual(expects, 'done');
      if (hangsUpAt !== undefined) assert.equal(wish, 'nothing');
    }
  });

  it('lets some clients close the connection before the end', () => {
    const hungUp = plans.flatMap(({ hangsUpAt }) => hangsUpAt ?? []);
    assert.ok(hungUp.length > 20 && hungUp.length < 120, String(hungUp.length));
    assert.ok(hungUp.every((share) => share > 0 && share < 1));
  });
});
