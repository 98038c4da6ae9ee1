import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { readExtent } from '../../../../services/converter/completeness/completeness.ts';
import { TooMuchRead, withFileBytes } from '../../../../services/converter/completeness/file-bytes.ts';
import { file, freeBox, media, picture, tone } from '../../../support/media.ts';
import { randomBytes, randomNumbers } from '../../../support/random.ts';
import { judgeFile } from './read-packets.ts';

const SECONDS = 3;
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'];
const film = [...picture(SECONDS), ...tone(SECONDS)];
const mp4 = () => media('a.mp4', ...film, ...x264, '-movflags', '+faststart');
const m4a = () => media('a.m4a', ...tone(SECONDS), '-c:a', 'aac');
const mkv = () => media('a.mkv', ...film, ...x264);
const flv = () => media('a.flv', ...film, ...x264);
const avi = () => media('a.avi', ...film, '-c:v', 'mpeg4', '-c:a', 'libmp3lame');
const wmv = () => media('a.wmv', ...film, '-c:v', 'wmv2', '-c:a', 'wmav2');
const wav = () => media('a.wav', ...tone(SECONDS));
const flac = () => media('a.flac', ...tone(SECONDS));
const aiff = () => media('a.aiff', ...tone(SECONDS));
const mp3 = () => media('a.mp3', ...tone(SECONDS), '-c:a', 'libmp3lame');
const opus = () => media('a.opus', ...tone(SECONDS), '-c:a', 'libopus');
const live = () => media('live.webm', ...tone(SECONDS), '-c:a', 'libopus', '-live', '1');

const liveFlv = () => media('live.flv', ...film, ...x264, '-flvflags', 'no_duration_filesize');

/** Makes the sizes of all clusters unknown, by setting all bits of them, as browsers do when they record. */
const openClusters = (source: Promise<string>) =>
  edited(source, (bytes) => {
    const cluster = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
    for (let at = bytes.indexOf(cluster); at >= 0; at = bytes.indexOf(cluster, at + 1)) {
      const length = Math.clz32(bytes[at + 4] ?? 0) - 23;
      bytes.fill(0xff, at + 4, at + 4 + length);
      bytes[at + 4] = 0xff >> (length - 1);
    }
    return undefined;
  });

/** Copies a file, and changes the bytes of the copy. `at` finds the position of a text, plus `offset`. */
async function edited(
  source: Promise<string>,
  edit: (bytes: Buffer, at: (text: string, offset: number) => number) => Buffer | undefined,
): Promise<string> {
  const bytes = await readFile(await source);
  const at = (text: string, offset: number) => {
    const found = bytes.indexOf(text, 0, 'latin1');
    assert.ok(found >= 0, text);
    return found + offset;
  };
  return await file('edited', edit(bytes, at) ?? bytes);
}

const doubled32 = (bytes: Buffer, at: number) => {
  bytes.writeUInt32BE(bytes.readUInt32BE(at) * 2, at);
};
const doubled64 = (bytes: Buffer, at: number) => {
  bytes.writeDoubleBE(bytes.readDoubleBE(at) * 2, at);
};
const id3v1 = Buffer.from('TAG'.padEnd(128, 'a'));
const append = (source: Promise<string>, ...more: Buffer[]) =>
  edited(source, (bytes) => Buffer.concat([bytes, ...more]));

describe('judgeCompleteness › whole files whose header states too much', { concurrency: 2 }, () => {
  const table: [title: string, source: () => Promise<string>, of?: number][] = [
    [
      'an MP4, for the film (mvhd)',
      () => edited(mp4(), (b, at) => doubled32(b, at('mvhd', 20)) as undefined),
    ],
    [
      'an MP4, for the media (mdhd)',
      () =>
        edited(mp4(), (bytes) => {
          for (let at = bytes.indexOf('mdhd'); at >= 0; at = bytes.indexOf('mdhd', at + 1))
            doubled32(bytes, at + 20);
          return undefined;
        }),
    ],
    [
      'an M4A, in its edit list (elst)',
      () => edited(m4a(), (b, at) => doubled32(b, at('elst', 12)) as undefined),
    ],
    ['a Matroska file', () => edited(mkv(), (b, at) => doubled64(b, at('\x44\x89\x88', 3)) as undefined)],
    ['an FLV', () => edited(flv(), (b, at) => doubled64(b, at('duration', 9)) as undefined)],
    [
      'an FLV, in milliseconds',
      () =>
        edited(flv(), (bytes, at) => {
          bytes.writeDoubleBE(SECONDS * 1000, at('duration', 9));
          return undefined;
        }),
      SECONDS * 1000,
    ],
    [
      'an AVI',
      () =>
        edited(avi(), (bytes) => {
          const length = bytes.indexOf('auds') + 32;
          // Not by so much that the packets of the picture would make up for it, if they were counted as well.
          bytes.writeUInt32LE(Math.round(bytes.readUInt32LE(length) * 1.25), length);
          return undefined;
        }),
      SECONDS * 1.25,
    ],
    [
      'a WMV',
      () =>
        edited(wmv(), (bytes, at) => {
          const properties = at('\xa1\xdc\xab\x8c\x47\xa9\xcf\x11', 0);
          const preroll = bytes.readBigUInt64LE(properties + 80) * 10_000n;
          bytes.writeBigUInt64LE(preroll + 90_000_000n, properties + 64);
          return undefined;
        }),
      9,
    ],
    [
      'a FLAC',
      () =>
        edited(flac(), (bytes) => {
          doubled32(bytes, 22);
          return undefined;
        }),
    ],
    [
      'a FLAC with an ID3v1 tag',
      () =>
        edited(append(flac(), id3v1), (bytes) => {
          doubled32(bytes, 22);
          return undefined;
        }),
    ],
    ['an AIFF', () => edited(aiff(), (b, at) => doubled32(b, at('COMM', 10)) as undefined)],
    [
      'an MP3 (frames of the Xing tag)',
      () => edited(mp3(), (b, at) => doubled32(b, at('Info', 8)) as undefined),
    ],
  ];
  for (const [title, source, of = SECONDS * 2] of table) {
    it(`reports ${title}`, async () => {
      const warning = await judgeFile(await source());
      assert.equal(warning?.code, 'header_length_wrong');
      assert.ok(Math.abs((warning.of_seconds ?? 0) - of) < 0.2, warning.detail);
      assert.ok(Math.abs((warning.seconds ?? 0) - SECONDS) < 0.2, warning.detail);
    });
  }
});

describe('judgeCompleteness › whole files that look incomplete', { concurrency: 2 }, () => {
  const longPicture = [...picture(SECONDS * 2), ...tone(SECONDS)];
  const late = [...picture(SECONDS), '-itsoffset', '2', ...tone(SECONDS)];
  const hole = ['-af', "aselect='not(between(t,1,2))'"];
  const dataSize = (size: number) => () =>
    edited(wav(), (bytes, at) => {
      bytes.writeUInt32LE(size, at('data', 4));
      return undefined;
    });
  const table: [title: string, source: () => Promise<string>][] = [
    ['an MP4 whose sound ends before the picture', () => media('l.mp4', ...longPicture, ...x264)],
    ['a Matroska file whose sound ends before the picture', () => media('l.mkv', ...longPicture, ...x264)],
    ['an FLV whose sound ends before the picture', () => media('l.flv', ...longPicture, ...x264)],
    ['an AVI whose sound ends before the picture', () => media('l.avi', ...longPicture, '-c:v', 'mpeg4')],
    [
      'a RealMedia file whose sound ends before the picture',
      () => media('l.rm', ...longPicture, '-s', '128x96', '-c:v', 'rv20', '-c:a', 'ac3'),
    ],
    ['a WMV whose sound ends before the picture', () => media('l.wmv', ...longPicture, '-c:v', 'wmv2')],
    [
      'a fragmented MP4 whose sound ends before the picture',
      () =>
        media('f.mp4', ...longPicture, ...x264, '-g', '10', '-movflags', '+dash+frag_keyframe+global_sidx'),
    ],
    ['an MP4 with late sound', () => media('late.mp4', ...late, ...x264)],
    ['a Matroska file with late sound', () => media('late.mkv', ...late, ...x264)],
    ['an FLV with late sound', () => media('late.flv', ...late, ...x264)],
    ['an AVI with late sound', () => media('late.avi', ...late, '-c:v', 'mpeg4', '-c:a', 'libmp3lame')],
    ['an MP4 with a hole in its sound', () => media('hole.mp4', ...film, ...x264, ...hole)],
    ['a Matroska file with a hole in its sound', () => media('hole.mkv', ...film, ...x264, ...hole)],
    ['a WAV from a pipe of ffmpeg', dataSize(0xffffffff)],
    ['a WAV from a pipe of sox', dataSize(0x7ffff000)],
    ['a WAV from a pipe of arecord', dataSize(0x80000000)],
    ['a WAV whose recorder was stopped', dataSize(0)],
    [
      'an MP4 whose last box has no size',
      () =>
        edited(mp4(), (bytes, at) => {
          bytes.writeUInt32BE(0, at('mdat', -4));
          return undefined;
        }),
    ],
    ['an MP4 with free space at its end', () => append(mp4(), freeBox(Buffer.alloc(5000)))],
    ['an MP4 whose free space is cut', () => append(mp4(), freeBox(Buffer.alloc(5000)).subarray(0, 900))],
    ['an MP4 with zeros at its end', () => append(mp4(), Buffer.alloc(5000))],
    ['an MP4 with garbage at its end', () => append(mp4(), randomBytes(5000))],
    ['a Matroska file with garbage at its end', () => append(mkv(), randomBytes(5000))],
    ['a live WebM with garbage at its end', () => append(live(), randomBytes(5000))],
    ['a live WebM with clusters of unknown size', () => openClusters(live())],
    [
      'such a WebM with garbage at its end',
      () => append(openClusters(live()), Buffer.from('TAGS', 'latin1'), randomBytes(500)),
    ],
    ['an FLV without a length, with garbage at its end', () => append(liveFlv(), randomBytes(5000))],
    ['an FLV without a length, with zeros at its end', () => append(liveFlv(), Buffer.alloc(5000))],
    ['a live WebM with zeros at its end', () => append(live(), Buffer.alloc(5000))],
    ['an AVI with garbage at its end', () => append(avi(), randomBytes(5000))],
    ['an FLV with garbage at its end', () => append(flv(), randomBytes(5000))],
    ['a WMV with zeros at its end', () => append(wmv(), Buffer.alloc(5000))],
    ['a WAV with garbage at its end', () => append(wav(), randomBytes(5000))],
    ['an Opus file with garbage at its end', () => append(opus(), randomBytes(5000))],
    ['an MP3 with an ID3v1 tag', () => append(mp3(), id3v1)],
    ['a FLAC with an ID3v1 tag', () => append(flac(), id3v1)],
    ['a FLAC with garbage at its end', () => append(flac(), randomBytes(5000))],
    ['two MP3 files in one', async () => append(mp3(), await readFile(await mp3()))],
    ['two Opus files in one', async () => append(opus(), await readFile(await opus()))],
  ];
  for (const [title, source] of table) {
    it(`says nothing about ${title}`, async () => {
      assert.equal(await judgeFile(await source()), undefined);
    });
  }
});

describe('readExtent › damaged and hostile files', () => {
  const sources = { mp4, mkv, flv, avi, wmv, wav, flac, aiff, mp3, opus, live };
  for (const [name, source] of Object.entries(sources)) {
    it(`ends soon and throws nothing for a damaged ${name}`, async () => {
      const original = await readFile(await source());
      const random = randomNumbers(original.length);
      for (let round = 0; round < 20; round++) {
        const bytes = Buffer.from(original);
        // Headers and tables are at both ends. Sizes of 0 and of all bits set are the worst.
        for (let count = 0; count < 12; count++) {
          const at = random(2) === 0 ? random(2000) : bytes.length - 9 - random(2000);
          bytes.fill([0, 0xff, random(256)][random(3)] ?? 0, at, at + 1 + random(8));
        }
        const path = await file('damaged', bytes.subarray(0, bytes.length - random(1000)));
        const extent = await withFileBytes(path, (opened) =>
          readExtent(opened, { position: 1, statedSeconds: undefined, filmStartSeconds: 0 }),
        );
        assert.match(extent.end, /^(cut|whole|unknown)$/);
      }
    });
  }

  it('gives up on a chain of a million boxes', async () => {
    const box = freeBox(Buffer.alloc(0));
    const chain = Array.from({ length: 1_000_000 }, () => box);
    const path = await file('chain.mp4', Buffer.concat([...chain, await readFile(await mp4())]));
    const extent = await withFileBytes(path, (opened) =>
      readExtent(opened, { position: 1, statedSeconds: undefined, filmStartSeconds: 0 }),
    );
    assert.deepEqual(extent, { end: 'unknown' });
  });

  it('gives up on a file of which too much would have to be read', async () => {
    const path = await file('large', Buffer.alloc(2_000_000));
    const readAll = withFileBytes(path, async (opened) => {
      for (;;) await opened.read(0, 1_500_000).then(() => opened.read(500_000, 1_500_000));
    });
    await assert.rejects(readAll, TooMuchRead);
  });
});
