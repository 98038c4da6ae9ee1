import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seekByKey, timeAt } from '../../../../../../services/gateway/page/app/jobs/result/seek.ts';

describe('seekByKey(key, place)', () => {
  const EXPECTED: [key: string, time: number, to: number | undefined][] = [
    ['ArrowRight', 50, 55],
    ['ArrowUp', 98, 100],
    ['ArrowLeft', 50, 45],
    ['ArrowDown', 2, 0],
    ['PageUp', 50, 80],
    ['PageDown', 50, 20],
    ['Home', 50, 0],
    ['End', 50, 100],
    ['a', 50, undefined],
    ['Tab', 50, undefined],
    ['toString', 50, undefined],
  ];
  for (const [key, time, to] of EXPECTED) {
    it(`leads from ${time} to ${to} with ${key}`, () => {
      assert.equal(seekByKey(key, { time, length: 100 }), to);
    });
  }
});

describe('timeAt(x, line)', () => {
  it('is the share of the line, from its beginning to its end', () => {
    const line = { left: 100, width: 200, length: 60 };
    assert.deepEqual(
      [50, 100, 200, 300, 400].map((x) => timeAt(x, line)),
      [0, 0, 30, 60, 60],
    );
  });

  it('is 0 on a line that has no width yet', () => {
    assert.equal(timeAt(10, { left: 0, width: 0, length: 60 }), 0);
  });
});
