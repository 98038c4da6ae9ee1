import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { formatDuration, formatNames } from '../../../../../services/gateway/page/app/text/format.ts';
import { language } from '../../../../../services/gateway/page/app/text/language.ts';

const HOUR = 3_600;

describe('formatDuration', () => {
  afterEach(() => {
    language.value = 'en';
  });

  for (const [seconds, code, text] of [
    [60, 'en', '1 minute'],
    [90, 'en', '1.5 minutes'],
    [HOUR, 'en', '1 hour'],
    [24 * HOUR, 'en', '1 day'],
    [36 * HOUR, 'en', '1.5 days'],
    [7 * 24 * HOUR, 'en', '7 days'],
    [7 * 24 * HOUR, 'de', '7 Tage'],
    [7 * 24 * HOUR, 'pl', '7 dni'],
    [24 * HOUR, 'ar', 'يوم'],
  ] as const)
    it(`writes ${seconds} seconds as «${text}» in ${code}`, () => {
      language.value = code;
      assert.equal(formatDuration(seconds), text);
    });
});

describe('formatNames', () => {
  it('sets names apart from each other, and names five at most', () => {
    const names = ['one.mp4', 'فيلم.mp4', 'a, b.mp4', '4.mp4', '5.mp4', '6.mp4', '7.mp4'];
    const isolated = names.map((name) => `\u2068${name}\u2069`);
    assert.equal(formatNames(names.slice(0, 1)), isolated[0]);
    assert.equal(formatNames(names.slice(0, 5)), isolated.slice(0, 5).join(', '));
    assert.equal(formatNames(names), [...isolated.slice(0, 5), '…'].join(', '));
  });
});
