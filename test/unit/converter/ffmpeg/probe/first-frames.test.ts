import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFirstFrames } from '../../../../../services/converter/ffmpeg/probe/first-frames.ts';

const MAPPING = '  Stream #0:1 -> #1:0 (aac (native) -> pcm_s16le (native))';
const FORMAT = '[graph_0_in_0_1 @ 0x1] [verbose] tb:1/44100 samplefmt:fltp samplerate:44100 chlayout:stereo';
const OTHER = '[graph_0_in_0_1 @ 0x1] [verbose] tb:1/48000 samplefmt:fltp samplerate:48000 chlayout:mono';
const ERROR = '[error] Error while decoding stream #0:1: Invalid data found when processing input';

function read(log: readonly string[], frames: number) {
  const first = createFirstFrames();
  for (const line of log) first.read(line);
  first.readOutput('#tb 0: 1/44100');
  for (let n = 0; n < frames; n += 1) first.readOutput(`0, ${n * 1024}, ${441 + n * 1024}, 1024, 4096, 0x1`);
  return first;
}

describe('the first frames of the first sound', () => {
  it('say the format of the track and where it begins', () => {
    assert.deepEqual(read([MAPPING, FORMAT], 8).result(), {
      ...{ index: 1, isDecodable: true, hasPackets: true },
      ...{ startSeconds: 0.01, sampleRate: 44_100, channelLayout: 'stereo' },
    });
  });

  const table: [name: string, log: string[], frames: number][] = [
    ['there are too few of them', [MAPPING, FORMAT], 7],
    ['one of them could not be decoded', [MAPPING, FORMAT, ERROR], 8],
    ['the format changes', [MAPPING, FORMAT, OTHER], 8],
    ['the format is not known', [MAPPING], 8],
    ['it is not known of which stream they are', [FORMAT], 8],
  ];
  for (const [name, log, frames] of table) {
    it(`say nothing where ${name}`, () => {
      assert.equal(read(log, frames).result(), undefined);
    });
  }

  it('are waited for until there are eight, or one could not be decoded', () => {
    assert.equal(read([MAPPING, FORMAT], 7).isOver(), false);
    assert.equal(read([MAPPING, FORMAT], 8).isOver(), true);
    assert.equal(read([MAPPING, FORMAT, ERROR], 0).isOver(), true);
  });
});
