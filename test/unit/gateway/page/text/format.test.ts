import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { formatDuration } from '../../../../../services/gateway/page/app/text/format.ts';
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
