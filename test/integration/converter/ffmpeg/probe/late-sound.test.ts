import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { file, media, picture, tone } from '../../../../support/media.ts';
import { probeAndDecode, withoutPids } from './probe-file.ts';

/** A picture, and two seconds of sound that begin after so many seconds. */
const late = (seconds: number, length = seconds + 3) => [
  ...picture(length),
  '-itsoffset',
  String(seconds),
  ...tone(2),
];
const mpeg2 = ['-c:v', 'mpeg2video', '-r', '25'];
/** A picture of about 2 MB a second. */
const large = (seconds: number) => [
  '-f',
  'lavfi',
  '-i',
  `life=s=320x240:r=25:ratio=0.5,trim=duration=${seconds}`,
];

/** Two recordings, one after the other. */
const joined = async (name: string, ...paths: string[]) =>
  file(name, Buffer.concat(await Promise.all(paths.map((path) => readFile(path)))));

const mute = (name: string) => media(name, ...picture(40), ...mpeg2);

/** A transport stream without sound, and one with sound after it. */
const laterList = async (after: Promise<string>[]) => {
  const sound = media('b.ts', ...picture(3), ...tone(2), ...mpeg2, '-c:a', 'aac', '-output_ts_offset', '40');
  return await joined(
    `pmt-${after.length}.ts`,
    await mute('mute.ts'),
    await sound,
    ...(await Promise.all(after)),
  );
};

interface Late {
  source: () => Promise<string>;
  /** Seconds from the start of the film. */
  start: number;
  /** Whether ffmpeg has to look deeper into the file than it does by itself. */
  isDeep?: boolean;
}

const flvAfter = (seconds: number) =>
  media(
    'l.flv',
    ...large(seconds + 3),
    '-itsoffset',
    String(seconds),
    ...tone(2),
    '-c:v',
    'flv',
    '-q:v',
    '1',
    '-c:a',
    'mp3',
  );

describe('probe › sound that begins late', { concurrency: 2 }, () => {
  const table: [name: string, Late][] = [
    ['8 MB into an FLV', { source: () => flvAfter(4), start: 4, isDeep: true }],
    ['25 MB into an FLV', { source: () => flvAfter(12), start: 12, isDeep: true }],
    [
      '40 s into a program stream',
      { source: () => media('a.mpg', ...late(40), ...mpeg2, '-c:a', 'mp2'), start: 40, isDeep: true },
    ],
    [
      '20 s into a program stream, and ends in its middle',
      { source: () => media('b.mpg', ...late(20, 300), ...mpeg2, '-c:a', 'mp2'), start: 20, isDeep: true },
    ],
    [
      '40 s into a DVD',
      { source: () => media('a.vob', ...late(40), ...mpeg2, '-c:a', 'ac3'), start: 40, isDeep: true },
    ],
    [
      '40 s into a transport stream',
      { source: () => media('a.ts', ...late(40), ...mpeg2, '-c:a', 'ac3'), start: 40, isDeep: true },
    ],
    [
      'in a later list of streams of a transport stream',
      { source: () => laterList([]), start: 40, isDeep: true },
    ],
    [
      'in a later list of streams of a transport stream that ends without sound',
      {
        source: () => laterList([media('after.ts', ...picture(60), ...mpeg2, '-output_ts_offset', '44')]),
        start: 40,
        isDeep: true,
      },
    ],
    [
      'in the second part of a joined program stream',
      {
        async source() {
          const second = media(
            'c.mpg',
            ...picture(3),
            ...tone(2),
            ...mpeg2,
            '-c:a',
            'mp2',
            '-output_ts_offset',
            '40',
          );
          return await joined('parts.mpg', await mute('mute.mpg'), await second);
        },
        start: 39.45,
        isDeep: true,
      },
    ],
    [
      '40 s into an MP4',
      { source: () => media('a.mp4', ...late(40), '-c:v', 'mpeg4', '-c:a', 'aac'), start: 40 },
    ],
    [
      '40 s into a fragmented MP4',
      {
        source: () =>
          media(
            'f.mp4',
            ...late(40),
            '-c:v',
            'mpeg4',
            '-c:a',
            'aac',
            '-movflags',
            'frag_keyframe+empty_moov',
          ),
        // ffmpeg's own fragments begin with a packet at 0, and the second packet is at 40 s.
        start: 0,
      },
    ],
    [
      '40 s into a Matroska file',
      { source: () => media('a.mkv', ...late(40), '-c:v', 'mpeg4', '-c:a', 'ac3'), start: 40 },
    ],
    [
      '40 s into a WMV',
      { source: () => media('a.wmv', ...late(40), '-c:v', 'wmv2', '-c:a', 'wmav2'), start: 40 },
    ],
  ];
  for (const [name, { source, start, isDeep = false }] of table) {
    it(`is found ${name}`, async () => {
      const { audio, filmStartSeconds, seconds, inputArguments } = await probeAndDecode(await source());
      assert.ok(Math.abs(seconds - 2) < 0.2, `${seconds} s`);
      assert.equal(audio.sampleRate, 44_100);
      assert.equal(audio.channels, 1);
      assert.equal(inputArguments.includes('-probesize'), isDeep, 'whether ffmpeg has to look deeper');
      const begins = (audio.startSeconds ?? Number.NaN) - filmStartSeconds;
      assert.ok(Math.abs(begins - start) < 0.2, `${begins} s`);
    });
  }
});

describe('probe › programmes of a transport stream', { concurrency: 2 }, () => {
  const streams = [...picture(2), ...tone(2), ...picture(2), ...tone(2, { hz: 880 })];
  const maps = [0, 1, 2, 3].flatMap((index) => ['-map', String(index)]);
  const programmes = ['-program', 'title=A:st=0:st=1', '-program', 'title=B:st=2:st=3'];
  const source = () => media('two.ts', ...streams, ...maps, ...mpeg2, '-c:a', 'mp2', ...programmes);

  it('takes the sound of the first one', async () => {
    const { audio, tracks } = await probeAndDecode(await source());
    assert.equal(audio.position, 1);
    assert.equal(tracks.length, 4);
  });

  it('takes the sound of the second one, where the first one was filtered out', async () => {
    const { audio, warnings, seconds } = await probeAndDecode(
      await withoutPids(await source(), 0x100, 0x101),
    );
    assert.equal(audio.position, 2);
    assert.deepEqual(warnings, []);
    assert.ok(Math.abs(seconds - 2) < 0.1, `${seconds} s`);
  });
});
