import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createStallDetector } from '../../../../services/gateway/sweep/stall-detector.ts';

const SILENT = 40;

function build(context: TestContext) {
  let now = 1000;
  context.mock.method(performance, 'now', () => now);
  const patience = createStallDetector(SILENT);
  return {
    patience,
    /** Looks so long after the last look; `readFor` is how long ago what it looks at was read. */
    look: (after: number, state = 'a', readFor = 0) => {
      now += after;
      return patience.check('one', state, now - readFor);
    },
  };
}

describe('patience ends', () => {
  test('when a job has stood still for so long', (context) => {
    const { look } = build(context);
    const silent = [0, 10, 10, 10, 9, 1, 10].map((after) => look(after) !== undefined);
    assert.deepEqual(silent, [false, false, false, false, false, true, true]);
  });

  test('anew after a change', (context) => {
    const { look } = build(context);
    const silent = [
      [0, 'a'],
      [20, 'a'],
      [19, 'b'],
      [20, 'b'],
      [19, 'b'],
      [1, 'b'],
    ].map(([after, state]) => look(after as number, state as string) !== undefined);
    assert.deepEqual(silent, [false, false, false, false, false, true]);
  });

  test('not by one long pause between two looks: what is alive has to get the time to move', (context) => {
    const { look } = build(context);
    assert.equal(look(0), undefined);
    assert.equal(look(1_000_000), undefined);
    assert.ok(look(SILENT / 2));
  });

  test('not by a process that stood still between reading and looking', (context) => {
    const { look } = build(context);
    assert.equal(look(0), undefined);
    assert.equal(look(20), undefined);
    assert.equal(look(1_000_000, 'a', 999_999), undefined);
    assert.ok(look(20));
  });

  test('later each time that nothing came of it', (context) => {
    const { look } = build(context);
    const times: number[] = [];
    for (let at = 0; at <= 63 * SILENT; at += 10) {
      const silent = look(at === 0 ? 0 : 10);
      if (!silent) continue;
      times.push(at / SILENT);
      silent.markRepublished();
    }
    // 1, 2, 4, 8 and then always 16 times as long.
    assert.deepEqual(times, [1, 3, 7, 15, 31, 47, 63]);
  });

  test('as soon again as before when it was not taken up', (context) => {
    const { look } = build(context);
    for (const after of [0, 20, 20]) look(after);
    assert.ok(look(0));
  });

  test('and begins anew for what was forgotten', (context) => {
    const { look, patience } = build(context);
    for (const after of [0, 20]) look(after);
    patience.forgetAllBut(new Set(['two']));
    assert.equal(look(20), undefined);
    patience.forgetAllBut(new Set(['one']));
    assert.equal(look(20), undefined);
    assert.ok(look(20));
  });
});
