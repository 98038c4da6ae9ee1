import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maxBitrateAt } from '../../../services/shared/jobs/conversion-options.ts';
import { QUALITY_KINDS } from '../../bench/quality/quality-kinds.ts';
import { readScores, windowRound, worstDifference } from '../../bench/quality/visqol.ts';

describe('readScores', () => {
  it('reads the scores of each channel, and that silence has none', () => {
    const left = { whole: [4.7, 4.69], windows: [[4.5, 4.4]] };
    const right = { whole: [null, null], windows: [] };
    assert.deepEqual(readScores(JSON.stringify([left, right])), [left, right]);
  });

  const refused: [what: string, text: string][] = [
    ['no channel', '[]'],
    ['one score in the place of two', '[{ "whole": [4.7], "windows": [] }]'],
    ['a score outside of the scale', '[{ "whole": [4.7, 5.1], "windows": [] }]'],
    [
      'a score of one decoding only, as when the other is silent',
      '[{ "whole": [4.7, null], "windows": [] }]',
    ],
    ['a window without scores', '[{ "whole": [4.7, 4.7], "windows": [[]] }]'],
    ['no JSON', 'Traceback (most recent call last):'],
  ];
  for (const [what, text] of refused)
    it(`throws for ${what}`, () => {
      assert.throws(() => readScores(text));
    });
});

describe('windowRound', () => {
  it('has the middle of the range in the middle of the patch that ViSQOL rates, at 48 kHz', () => {
    const { from, to } = windowRound({ from: 44_100, to: 44_100 * 1.2 }, 44_100);
    assert.equal(to - from, 0.96 * 48_000);
    const patch = { from: from + 280 * 48, to: from + 940 * 48 };
    assert.equal((patch.from + patch.to) / 2, 1100 * 48);
  });
});

describe('worstDifference', () => {
  it('is the largest difference in either direction', () => {
    const scores: [number, number][] = [
      [4.5, 4.75],
      [4.5, 4],
    ];
    assert.equal(worstDifference(scores), 0.5);
  });

  it('is 0 where nothing has a score', () => {
    assert.equal(worstDifference([[null, null]]), 0);
  });
});

describe('QUALITY_KINDS', () => {
  it('has at least a dozen kinds of sound, each once at a sample rate and bit rate', () => {
    const sounds = [...new Set(QUALITY_KINDS.map(({ source }) => source))];
    const keys = QUALITY_KINDS.map(({ source, rate, bitrate, channels }) =>
      [sounds.indexOf(source), rate, bitrate, channels].join(),
    );
    assert.deepEqual(keys, [...new Set(keys)]);
    assert.ok(sounds.length >= 12);
  });

  it('has no bit rate that the encoder would lower', () => {
    for (const { bitrate, rate, name } of QUALITY_KINDS) assert.ok(bitrate <= maxBitrateAt(rate), name);
  });
});
