import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { describeOptions } from '../../../../../services/gateway/page/app/convert/options/describe-options.ts';
import {
  pickOptions,
  REMEMBERED,
  withOption,
  withPreset,
} from '../../../../../services/gateway/page/app/convert/options/options.ts';
import { loadTexts } from '../../../../../services/gateway/page/app/text/language.ts';

before(() => loadTexts('films', 'result'));

describe('describeOptions', () => {
  const CASES: [options: Record<string, unknown>, texts: string[]][] = [
    [{}, []],
    [{ preset: 'podcast', bitrate: '128' }, ['Podcast', '128 kbps']],
    [{ quality: 2, sample_rate: 44_100, channels: 1 }, ['Variable, quality 2', '44,100 Hz', 'Mono']],
    [{ start: 90, end: 120 }, ['from 1:30 to 2:00']],
    [{ end: '1:00' }, ['to 1:00']],
    [
      { title: 'A · B', cover: 'none', strict: true },
      ['Cover: None', 'Fail where sound is missing', 'Title: A · B'],
    ],
    [{ copy: false, cover: 'keep' }, []],
  ];
  for (const [options, texts] of CASES)
    it(`says of ${JSON.stringify(options)}: ${texts.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(describeOptions(options), texts);
    });
});

describe('the options that are chosen', () => {
  it('drop those of the previous preset when another preset is chosen', () => {
    const options = { preset: 'small', bitrate: '64', channels: '1', artist: 'Ann' };
    assert.deepEqual(withPreset(options, 'music'), { preset: 'music', artist: 'Ann' });
    assert.deepEqual(withPreset(options, ''), { artist: 'Ann' });
  });

  it('are not sent when they are empty', () => {
    assert.deepEqual(withOption({ artist: 'Ann', date: '2024' }, 'artist', ''), { date: '2024' });
  });

  it('are remembered without those that suit a single film', () => {
    const options = { preset: 'music', track: '2', title: 'x', album: 'y', cover: 'none', strict: 'true' };
    assert.deepEqual(pickOptions(options, REMEMBERED), { preset: 'music', cover: 'none', strict: 'true' });
  });
});
