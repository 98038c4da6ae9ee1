import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseOptions } from '../../../../../../services/gateway/options/parse-options.ts';
import {
  optionsToSend,
  queryOfOptions,
} from '../../../../../../services/gateway/page/app/jobs/result/options-query.ts';
import type { ConversionOptions } from '../../../../../../services/shared/jobs/conversion-options.ts';

describe('queryOfOptions(options)', () => {
  const SETS: ConversionOptions[] = [
    { quality: 2 },
    { bitrate: 192, channels: 1, normalize: -16.5, start: 90.25, end: 3600 },
    { quality: 0, track: 'eng', title: 'A & B = ü', cover: 'none', strip_tags: true, strict: true },
    { copy: true, quality: 9, track: 3, date: '2026-01-02' },
  ];
  for (const options of SETS) {
    it(`names options as the gateway reads them: ${JSON.stringify(options)}`, () => {
      assert.deepEqual(parseOptions(Object.entries(queryOfOptions(options))), options);
    });
  }
});

describe('optionsToSend(options)', () => {
  it('names the default when nothing is chosen, because the gateway would otherwise keep the options of the job', () => {
    assert.deepEqual(optionsToSend({}), { quality: '2' });
    assert.deepEqual(optionsToSend({ preset: 'music' }), { preset: 'music' });
  });
});
