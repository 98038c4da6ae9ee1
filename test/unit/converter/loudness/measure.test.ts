import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReportReader } from '../../../../services/converter/loudness/measure.ts';

/** What the filter `ebur128` of ffmpeg 5.1 prints at its end. */
const summary = (integrated: string, truePeak: string) => `[Parsed_ebur128_0 @ 0x55d5c8a4f9c0] Summary:

  Integrated loudness:
    I:         ${integrated} LUFS
    Threshold: -39.6 LUFS

  Loudness range:
    LRA:         1.1 LU
    Threshold: -49.5 LUFS
    LRA low:   -30.0 LUFS
    LRA high:  -28.9 LUFS

  True peak:
    Peak:       ${truePeak} dBFS`;

function read(text: string) {
  const reader = createReportReader();
  for (const line of text.split('\n')) reader.read(line);
  return reader.loudness();
}

describe('createReportReader', () => {
  const table: [string, string, object][] = [
    ['reads the loudness and the true peak', summary('-29.4', '-5.5'), { integrated: -29.4, truePeak: -5.5 }],
    ['reads a peak above full scale', summary('-6.0', '2.1'), { integrated: -6, truePeak: 2.1 }],
    [
      'reports silence as undefined',
      summary('-70.0', '-inf'),
      { integrated: undefined, truePeak: undefined },
    ],
    [
      'reports a sound that is too short to be measured',
      summary('-70.0', '-3.0'),
      { integrated: undefined, truePeak: -3 },
    ],
    [
      'reports a loudness that is not a number as undefined',
      summary('nan', 'nan'),
      { integrated: undefined, truePeak: undefined },
    ],
    [
      'takes the last summary, because a tag of the file can print another one before it',
      `${summary('-1.0', '-9.0')}\n    title           : \n    I:         -1.0 LUFS\n${summary('-20.0', '-2.0')}`,
      { integrated: -20, truePeak: -2 },
    ],
  ];
  for (const [title, text, expected] of table) {
    it(title, () => assert.deepEqual(read(text), expected));
  }

  it('throws when ffmpeg has printed no summary', () => {
    assert.throws(() => read('Press [q] to stop'), /measured no loudness/);
  });
});
