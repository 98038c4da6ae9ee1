import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planUpload } from '../../../chaos/load/upload-plan.ts';

const plans = Array.from({ length: 1000 }, (_, number) => planUpload(11, number, 6));
const share = (matches: (plan: (typeof plans)[number]) => boolean) =>
  plans.filter(matches).length / plans.length;

describe('the plan of an upload', () => {
  it('comes of seed and number alone', () => {
    assert.deepEqual(planUpload(11, 5, 6), plans[5]);
    assert.notDeepEqual(planUpload(12, 5, 6), plans[5]);
  });

  it('is a bad file in about a tenth', () => {
    const bad = share(({ expects }) => expects !== 'done');
    assert.ok(bad > 0.06 && bad < 0.14, String(bad));
  });

  const wishes = ['nothing', 'cancel', 'cancel, retry', 'delete', 'delete when final', 'retry'];
  for (const wished of wishes) {
    it(`has the wish «${wished}»`, () => assert.ok(share(({ wish }) => wish === wished) > 0.01));
  }

  it('never retries a good file without a cancel before it, nor asks anything of an upload that is broken off', () => {
    for (const { expects, hangsUpAt, wish } of plans) {
      if (wish === 'retry') assert.notEqual(expects, 'done');
      if (hangsUpAt !== undefined) assert.equal(wish, 'nothing');
    }
  });

  it('breaks off some uploads, before their end', () => {
    const hungUp = plans.flatMap(({ hangsUpAt }) => hangsUpAt ?? []);
    assert.ok(hungUp.length > 20 && hungUp.length < 120, String(hungUp.length));
    assert.ok(hungUp.every((share) => share > 0 && share < 1));
  });
});
