import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClockJump } from '../../../../services/converter/ffmpeg/timeline.ts';
import {
  type ConversionFacts,
  conversionWarnings,
} from '../../../../services/converter/transcode/conversion-warnings.ts';

function facts(fields: {
  decodedSeconds?: number;
  /** Undefined where the packets were not listed. */
  sumSeconds?: number | undefined;
  refused?: number;
  jumps?: ClockJump[];
  startSeconds?: number;
  channels?: number;
}) {
  const { decodedSeconds = 100, refused = 0, jumps = [], startSeconds = 10, channels = 2 } = fields;
  const sumSeconds = 'sumSeconds' in fields ? fields.sumSeconds : 100;
  const placed = { silence: 0, jumps: [] };
  const decoded = {
    ...{ samples: decodedSeconds * 48_000, rates: [48_000], placed, outOfMemory: false },
    ...{ packets: 1000, refused },
  };
  const packets = sumSeconds === undefined ? undefined : { count: 1, sumSeconds, endSeconds: sumSeconds };
  const made: ConversionFacts = {
    encoded: { decoded, packets, seconds: 90 },
    timeline: { filmStartSeconds: 0, jumps, startSeconds, lengthSeconds: 90 },
    channels: { source: channels, output: 2 },
  };
  return made;
}

describe('conversionWarnings', () => {
  const jump = (atSeconds: number, seconds: number) => ({ atSeconds, seconds });
  const table: [name: string, made: ConversionFacts, warnings: [string, number?, number?][]][] = [
    ['is empty where all is well', facts({}), []],
    ['is empty where half a second is missing', facts({ decodedSeconds: 99.5 }), []],
    ['is empty where half a percent is missing', facts({ decodedSeconds: 996, sumSeconds: 1000 }), []],
    ['is empty where more was decoded than stated', facts({ decodedSeconds: 110 }), []],
    ['says how much could not be decoded', facts({ decodedSeconds: 99.25 }), [['damaged', 0.75]]],
    [
      'says how long the packets may be that could not be decoded, where the others were not listed',
      facts({ decodedSeconds: 90, sumSeconds: undefined, refused: 100 }),
      [['damaged', 10]],
    ],
    [
      'is empty where half a percent of the packets could not be decoded, and they were not listed',
      facts({ decodedSeconds: 199, sumSeconds: undefined, refused: 5 }),
      [],
    ],
    ['is empty where the packets were listed and are not missing', facts({ refused: 100 }), []],
    ['says where a pause was closed', facts({ jumps: [jump(15, 3600)] }), [['gap_closed', 3600, 5]]],
    ['does not mention a clock that was set back', facts({ jumps: [jump(15, -3600)] }), []],
    ['does not mention a small difference', facts({ jumps: [jump(15, 0.2)] }), []],
    ['does not mention a jump before `start`', facts({ jumps: [jump(5, 3600)] }), []],
    ['does not mention a jump after `end`', facts({ jumps: [jump(101, 3600)] }), []],
    ['says that channels were mixed', facts({ channels: 6 }), [['downmixed']]],
    [
      'begins with what is missing',
      facts({ decodedSeconds: 50, jumps: [jump(15, 61)], channels: 6 }),
      [['damaged', 50], ['gap_closed', 61, 5], ['downmixed']],
    ],
  ];
  for (const [name, made, expected] of table) {
    it(name, () => {
      const warnings = conversionWarnings(made);
      assert.deepEqual(
        warnings.map(({ code, seconds, at_seconds }) =>
          [code, seconds, at_seconds].filter((x) => x !== undefined),
        ),
        expected,
      );
      for (const { detail } of warnings) assert.match(detail, /^[A-Z].*\.$/);
    });
  }

  it('mentions no more than 20 jumps of a hostile file', () => {
    const jumps = Array.from({ length: 1000 }, (_, index) => jump(20 + index / 100, 100));
    assert.equal(conversionWarnings(facts({ jumps })).length, 20);
  });

  const details: [what: string, made: ConversionFacts, detail: string][] = [
    [
      'a pause',
      facts({ jumps: [jump(15, 46_800)] }),
      'The recording pauses for 13:00:00. The pause was left out of the MP3.',
    ],
    [
      'sound that begins late',
      facts({ jumps: [jump(0, 90)], startSeconds: 0 }),
      'The sound begins 1:30 after the film. The silence before it was left out of the MP3.',
    ],
    [
      'damaged sound',
      facts({ decodedSeconds: 99 }),
      'A part of the sound is damaged and could not be decoded: about 1 second.',
    ],
  ];
  for (const [what, made, detail] of details) {
    it(`tells lengths of ${what} as people write them`, () =>
      assert.deepEqual(
        conversionWarnings(made).map((warning) => warning.detail),
        [detail],
      ));
  }
});
