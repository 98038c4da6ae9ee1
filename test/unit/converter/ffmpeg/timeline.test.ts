import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Timeline,
  timelineExpression,
  toMp3Seconds,
} from '../../../../services/converter/ffmpeg/timeline.ts';

const timeline = (fields: Partial<Timeline> = {}): Timeline => ({
  filmStartSeconds: 0,
  jumps: [],
  startSeconds: 0,
  lengthSeconds: 100,
  ...fields,
});

describe('toMp3Seconds', () => {
  const jumps = [
    { atSeconds: 10, seconds: 3600 },
    { atSeconds: 30, seconds: 100 },
  ];
  const table: [name: string, fields: Partial<Timeline>, seconds: number, expected: number][] = [
    ['is the same time where nothing was moved', {}, 42, 42],
    ['counts from the start of the film', { filmStartSeconds: 93_600 }, 93_642, 42],
    ['counts from `start`', { startSeconds: 40 }, 42, 2],
    ['is not before the start of the MP3', { startSeconds: 40 }, 12, 0],
    ['is not after the end of the MP3', {}, 101, 100],
    ['is the same time before a jump', { jumps }, 9, 9],
    ['is the place of the jump within it', { jumps }, 1234, 10],
    ['is earlier after a jump', { jumps }, 3615, 15],
    ['is the place of a second jump within it', { jumps }, 3650, 30],
    ['is earlier after two jumps', { jumps }, 3750, 50],
    ['is later where the clock was set back', { jumps: [{ atSeconds: 10, seconds: -5 }] }, 12, 17],
  ];
  for (const [name, fields, seconds, expected] of table) {
    it(name, () => assert.equal(toMp3Seconds(timeline(fields), seconds), expected));
  }
});

describe('timelineExpression', () => {
  it('holds nothing that would end it within a filter graph', () => {
    const expression = timelineExpression({ filmStartSeconds: -0.25, startSeconds: 1e-7 });
    assert.match(expression, /^[\w()+\-*/.,;<>]+$/);
  });
});
