import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { channelsOf, createDumpReader } from '../../../../../services/converter/ffmpeg/probe/dump.ts';

const read = (text: string) => {
  const reader = createDumpReader();
  for (const line of text.split('\n')) reader.read(line);
  return reader.report();
};

const DUMP = `Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'input':
  Metadata:
    title           : A film
  Duration: 01:02:03.50, start: -0.007000, bitrate: 204 kb/s
  Chapters:
    Chapter #0:0: start 0.000000, end 1.000000
      Metadata:
        title           : Not a track
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709, progressive), 128x72, 10 fps (default)
    Metadata:
      handler_name    : VideoHandler
  Stream #0:1[0x2](eng): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, 5.1(side), fltp, 69 kb/s (default) (comment)
    Metadata:
      title           : Commentary: «a : b»
  Stream #0:2: Audio: none (ac-4 / 0x342D6361), 48000 Hz, 6 channels
  Stream #0:3: Video: mjpeg (Baseline), yuvj420p(pc), 64x64, 90k tbr (attached pic)
  Stream #0:4(ger): Audio: vorbis, 44100 Hz, mono, fltp
    Metadata:
      DURATION        : 00:00:02.023000000
Output #0, framecrc, to 'pipe:1':
  Stream #0:9: Audio: aac, 44100 Hz, mono
`;

describe('createDumpReader', () => {
  const report = read(DUMP);

  it('reads the container', () => {
    assert.deepEqual(report?.format, {
      format_name: 'mov,mp4,m4a,3gp,3g2,mj2',
      duration: 3723.5,
      start_time: -0.007,
    });
  });

  it('reads the streams of the input, and of the input alone', () => {
    assert.deepEqual(
      report?.streams.map(({ index, codec_type, codec_name }) => [index, codec_type, codec_name]),
      [
        [0, 'video', 'h264'],
        [1, 'audio', 'aac'],
        [2, 'audio', 'none'],
        [3, 'video', 'mjpeg'],
        [4, 'audio', 'vorbis'],
      ],
    );
  });

  it('reads what is needed of an audio stream', () => {
    assert.deepEqual(report?.streams[1], {
      index: 1,
      id: '0x2',
      codec_type: 'audio',
      codec_name: 'aac',
      codec_tag_string: 'mp4a',
      codec_tag: '0x6134706d',
      sample_rate: 44_100,
      channels: 6,
      channel_layout: '5.1(side)',
      disposition: { default: 1, comment: 1 },
      tags: { language: 'eng', title: 'Commentary: «a : b»' },
    });
  });

  it('reads the length in the tag of a track', () => {
    assert.deepEqual(report?.streams[4]?.tags, { language: 'ger', DURATION: '00:00:02.023000000' });
  });

  it('knows a cover', () => assert.deepEqual(report?.streams[3]?.disposition, { attached_pic: 1 }));

  it('keeps the code of an unknown codec', () => {
    const { codec_tag_string, channels, channel_layout } = report?.streams[2] ?? {};
    assert.deepEqual([codec_tag_string, channels, channel_layout], ['ac-4', 6, undefined]);
  });

  it('lists a stream of several programmes once', () => {
    const stream = '  Stream #0:0[0x100]: Audio: mp2, 48000 Hz, stereo, s16p\n';
    assert.equal(
      read(`Input #0, mpegts, from 'input':\n  Program 1 \n${stream}  Program 2 \n${stream}`)?.streams.length,
      1,
    );
  });

  it('reads an unknown length', () => {
    assert.deepEqual(read("Input #0, flv, from 'input':\n  Duration: N/A, bitrate: N/A")?.format, {
      format_name: 'flv',
    });
  });

  it('has no report where ffmpeg could not open the file', () => {
    assert.equal(read('input: Invalid data found when processing input'), undefined);
  });
});

describe('channelsOf', () => {
  const table: [layout: string, channels: number | undefined][] = [
    ['mono', 1],
    ['stereo', 2],
    ['2.1', 3],
    ['3.0(back)', 3],
    ['quad(side)', 4],
    ['5.1(side)', 6],
    ['hexagonal', 6],
    ['7.1(wide-side)', 8],
    ['22.2', 24],
    ['9 channels', 9],
    ['3 channels (FL+FR+LFE)', 3],
    ['0 channels', undefined],
    ['ambisonic 1', undefined],
  ];
  for (const [layout, channels] of table) {
    it(`reads «${layout}» as ${channels}`, () => assert.equal(channelsOf(layout), channels));
  }
});
