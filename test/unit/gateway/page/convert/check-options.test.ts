import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readOptions } from '../../../../../services/gateway/options/parse-options.ts';
import { PRESET_NAMES } from '../../../../../services/gateway/options/presets.ts';
import { checkOptions } from '../../../../../services/gateway/page/app/convert/options/check-options.ts';
import type { Options } from '../../../../../services/gateway/page/app/convert/options/options.ts';
import { OPTION_NAMES } from '../../../../../services/shared/jobs/conversion-options.ts';
import { randomNumbers } from '../../../../support/random.ts';

const CASES: [options: Options, fault: string | undefined, option?: string][] = [
  [{}, undefined],
  [{ preset: 'podcast', start: '1:30', end: '2:00', title: 'Ünder' }, undefined],
  [{ start: 'abc' }, 'time', 'start'],
  [{ start: '0:50', end: '0:10' }, 'order', 'end'],
  [{ end: '0' }, 'order', 'end'],
  [{ start: '100' }, 'beyond', 'start'],
  [{ date: '2024-02-31' }, 'date', 'date'],
  [{ normalize: '-40' }, 'loudness', 'normalize'],
  [{ title: 'a\nb' }, 'tag', 'title'],
  [{ genre: 'x'.repeat(201) }, 'tag', 'genre'],
  [{ bitrate: '320', sample_rate: '8000' }, 'bitrate_at_rate', 'bitrate'],
  [{ bitrate: '320', preset: 'small' }, 'bitrate_at_rate', 'bitrate'],
  [{ preset: 'podcast', sample_rate: '8000' }, 'bitrate_at_rate', 'bitrate'],
  [{ preset: 'music', sample_rate: '8000' }, undefined],
  [{ copy: 'true', start: '5' }, 'copy', 'copy'],
  [{ copy: 'true', preset: 'podcast' }, 'copy', 'copy'],
  [{ copy: 'true', preset: 'music' }, undefined],
  [{ track: '0' }, 'value', 'track'],
  [{ cover: 'keep', strip_tags: 'true' }, 'other', 'preset'],
];

describe('the options of the page', () => {
  for (const [options, fault, option] of CASES)
    it(`${JSON.stringify(options).slice(0, 60)}: ${fault ?? 'nothing is wrong'}`, () => {
      const [found] = checkOptions(options, 100);
      assert.equal(found?.name, fault);
      assert.equal(found?.option, option);
    });

  it('are valid exactly when the gateway accepts them', () => {
    const values: Record<string, string[]> = {
      preset: PRESET_NAMES,
      bitrate: ['48', '96', '320', '7'],
      quality: ['0', '9', '10'],
      sample_rate: ['8000', '22050', '48000', '1'],
      start: ['0', '5', '1:00', '-1'],
      end: ['5', '0:30', '99:00', ''],
      copy: ['true', 'false'],
      cover: ['keep', 'none', 'frame', 'x'],
      strip_tags: ['true'],
    };
    const random = randomNumbers(19);
    for (let round = 0; round < 2_000; round++) {
      const names = ['preset', ...OPTION_NAMES].filter((name) => values[name] && random(3) === 0);
      const options = Object.fromEntries(
        names.map((name) => [name, values[name]?.[random(values[name].length)] ?? '']),
      );
      const isRight = readOptions(Object.entries(options)).errors.length === 0;
      assert.equal(checkOptions(options).length === 0, isRight, JSON.stringify(options));
    }
  });
});
