import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mixFilter } from '../../../../services/converter/ffmpeg/mixdown.ts';
import { outputChannels } from '../../../../services/shared/mp3/output-format.ts';

describe('mixFilter', () => {
  const relabel = 'channelmap=map=0|1:channel_layout=stereo';
  const table: [
    channels: number | undefined,
    layout: string | undefined,
    requested: 1 | 2 | undefined,
    filter: string | undefined,
  ][] = [
    [undefined, undefined, undefined, undefined],
    [1, 'mono', 2, undefined],
    [1, '1 channels (LFE)', undefined, undefined],
    [2, 'stereo', 1, undefined],
    [6, '5.1(side)', undefined, undefined],
    [6, undefined, undefined, undefined],
    [8, 'unknown', undefined, undefined],
    [4, '4 channels (FL+FR+LFE+BC)', undefined, undefined],
    [16, 'hexadecagonal', undefined, undefined],
    [2, '2 channels (BL+BR)', undefined, relabel],
    [2, '2 channels (BL+BR)', 1, 'pan=mono|c0=0.500000*c0+0.500000*c1'],
    [2, '2 channels (FL+BR)', undefined, relabel],
    [
      3,
      '3 channels (SL+SR+BC)',
      undefined,
      'pan=stereo|c0=0.585786*c0+0.414214*c2|c1=0.585786*c1+0.414214*c2',
    ],
    [4, 'ambisonic 1', undefined, 'pan=stereo|c0=0.500000*c0+0.500000*c1|c1=0.500000*c0-0.500000*c1'],
    [9, 'ambisonic 2', 1, 'pan=mono|c0=1.000000*c0'],
  ];
  for (const [channels, layout, requested, filter] of table) {
    it(`is ${filter ?? 'none'} for ${channels} channels of «${layout}»${requested ? `, as ${requested}` : ''}`, () => {
      assert.equal(mixFilter({ channels, channelLayout: layout }, requested), filter);
    });
  }

  for (const channels of [9, 16, 64]) {
    it(`uses each of ${channels} channels without a layout, and cannot exceed full scale`, () => {
      const filter = mixFilter({ channels }) ?? '';
      for (const [side, mix] of filter.split('|').slice(1).entries()) {
        const weights = [...mix.matchAll(/([\d.]+)\*c(\d+)/g)].map(([, weight]) => Number(weight));
        assert.equal(weights.length, channels - 1, `side ${side}`);
        assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 0.001);
      }
    });
  }
});

describe('outputChannels', () => {
  const table: [channels: number | undefined, requested: 1 | 2 | undefined, made: 1 | 2 | undefined][] = [
    [undefined, undefined, undefined],
    [undefined, 1, 1],
    [1, undefined, 1],
    [1, 2, 2],
    [2, undefined, 2],
    [8, undefined, 2],
  ];
  for (const [channels, requested, made] of table) {
    it(`is ${made} for ${channels} channels where ${requested ?? 'nothing'} is requested`, () =>
      assert.equal(outputChannels({ channels }, requested), made));
  }
});
