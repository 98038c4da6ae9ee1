import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStatsTime } from '../../../../services/converter/ffmpeg/stats-line.ts';

describe('parseStatsTime', () => {
  it('reads the seconds, and returns undefined where ffmpeg knows none', () => {
    assert.equal(
      parseStatsTime('size=     512kB time=01:00:32.81 bitrate= 128.0kbits/s speed=  90x'),
      3632.81,
    );
    assert.equal(parseStatsTime('size=N/A time=N/A bitrate=N/A'), undefined);
  });
});
