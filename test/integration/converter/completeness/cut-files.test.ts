import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { isCut } from '../../../../services/converter/completeness/completeness.ts';
import { file, media, picture, tone } from '../../../support/media.ts';
import { randomNumbers } from '../../../support/random.ts';
import { judgeFile } from './read-packets.ts';

const SECONDS = 4;
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-c:a', 'aac'];
const film = [...picture(SECONDS), ...tone(SECONDS)];
const video = (name: string, ...options: string[]) => media(name, ...film, ...options);
const sound = (name: string, ...options: string[]) => media(name, ...tone(SECONDS), ...options);
const mp3 = (name: string, ...options: string[]) => sound(name, '-c:a', 'libmp3lame', ...options);

/** Files that state how long they are. */
const STATED: Record<string, () => Promise<string>> = {
  'MP4 with its index in front': () => video('front.mp4', ...x264, '-movflags', '+faststart'),
  'fragmented MP4 with an index of segments': () =>
    video('sidx.mp4', ...x264, '-movflags', '+dash+frag_keyframe+empty_moov+global_sidx'),
  'M4A with its index in front': () => sound('a.m4a', '-c:a', 'aac', '-movflags', '+faststart'),
  'MOV with PCM': () => video('a.mov', ...x264, '-c:a', 'pcm_s16le', '-movflags', '+faststart'),
  Matroska: () => video('a.mkv', ...x264),
  'Matroska with its cues in front': () => video('cues.mkv', ...x264, '-cues_to_front', '1'),
  WebM: () => video('a.webm', '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus'),
  'AVI with MP3': () => video('a.avi', '-c:v', 'mpeg4', '-c:a', 'libmp3lame'),
  'AVI with PCM': () => video('pcm.avi', '-c:v', 'mpeg4', '-c:a', 'pcm_s16le'),
  FLV: () => video('a.flv', ...x264),
  WMV: () => video('a.wmv', '-c:v', 'wmv2', '-c:a', 'wmav2'),
  WMA: () => sound('a.wma', '-c:a', 'wmav2'),
  MXF: () =>
    media(
      'a.mxf',
      ...['-f', 'lavfi', '-i', `testsrc2=s=720x576:r=25:d=${SECONDS}`, ...tone(SECONDS, { rate: 48_000 })],
      ...['-c:v', 'mpeg2video', '-c:a', 'pcm_s16le'],
    ),
  FLAC: () => sound('a.flac'),
  WAV: () => sound('a.wav'),
  'WAV with ADPCM': () => sound('adpcm.wav', '-c:a', 'adpcm_ms'),
  RF64: () => sound('rf64.wav', '-rf64', 'always'),
  Wave64: () => sound('a.w64'),
  AIFF: () => sound('a.aiff'),
  CAF: () => sound('a.caf'),
  AU: () => sound('a.au'),
  WavPack: () => sound('a.wv'),
  'True Audio': () => sound('a.tta'),
  RealMedia: () => sound('a.rm', '-ar', '8000', '-c:a', 'real_144'),
  'MP3 with a constant bit rate': () => mp3('cbr.mp3'),
  'MP3 with a variable bit rate': () => mp3('vbr.mp3', '-q:a', '4'),
};

/** Files that state no length. Their last element proves a cut. */
const UNSTATED: Record<string, () => Promise<string>> = {
  'WebM as a browser records it': () =>
    video('live.webm', '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus', '-live', '1'),
  'FLV without a length': () => video('live.flv', ...x264, '-flvflags', 'no_duration_filesize'),
  'fragmented MP4 whose first samples are in no fragment': () =>
    video('hybrid.mp4', ...x264, '-movflags', 'frag_keyframe+default_base_moof'),
  'fragmented MP4': () => video('live.mp4', ...x264, '-movflags', 'frag_keyframe+empty_moov'),
  'Ogg with Vorbis': () => sound('a.ogg', '-c:a', 'libvorbis', '-page_duration', '200000'),
  'Ogg with Opus': () => sound('a.opus', '-c:a', 'libopus', '-page_duration', '200000'),
  'Ogg with a picture': () =>
    video('a.ogv', '-c:v', 'libtheora', '-c:a', 'libvorbis', '-page_duration', '200000'),
};

/** Files that state neither lengths nor sizes. */
const SILENT: Record<string, () => Promise<string>> = {
  'MPEG-TS': () => video('a.ts', ...x264),
  'MPEG-PS': () => video('a.mpg', '-r', '25', '-c:a', 'mp2'),
  ADTS: () => sound('a.aac'),
  'AC-3': () => sound('a.ac3'),
  'MP3 without a Xing tag': () => mp3('plain.mp3', '-write_xing', '0'),
};

/** The first part of a file. A negative `to` counts from its end. */
async function cut(path: string, to: number): Promise<string> {
  const bytes = await readFile(path);
  return await file('cut', bytes.subarray(0, to));
}

/** Where to cut: behind the headers, and before the last twentieth. The same in each run. */
async function cutPoints(path: string): Promise<number[]> {
  const { size } = await stat(path);
  const random = randomNumbers(size);
  const [from, to] = [Math.floor(size * 0.5), Math.floor(size * 0.92)];
  return [to, from + random(to - from)];
}

const near = (actual: number | undefined, expected: number, slack: number) =>
  actual !== undefined && Math.abs(actual - expected) <= slack;

describe('judgeCompleteness › cut files', { concurrency: 2 }, () => {
  for (const [name, make] of Object.entries(STATED)) {
    it(`tells how much of how much is there of a cut ${name} file`, async () => {
      const path = await make();
      for (const point of await cutPoints(path)) {
        const warning = await judgeFile(await cut(path, point));
        assert.equal(warning?.code, 'truncated', `${point} bytes`);
        assert.ok(near(warning.of_seconds, SECONDS, 0.25), `${point} bytes: ${warning.detail}`);
        assert.ok((warning.seconds ?? SECONDS) < SECONDS * 0.97, `${point} bytes: ${warning.detail}`);
      }
    });
    it(`says nothing about a whole ${name} file, or one without its last bytes`, async () => {
      const path = await make();
      assert.equal(await judgeFile(path), undefined);
      // WavPack has blocks of a second.
      if (name !== 'WavPack') assert.equal(await judgeFile(await cut(path, -3)), undefined);
    });
  }

  for (const [name, make] of Object.entries(UNSTATED)) {
    it(`reports a cut of ${name} without inventing a length`, async () => {
      const path = await make();
      assert.equal(await judgeFile(path), undefined);
      for (const point of await cutPoints(path)) {
        const warning = await judgeFile(await cut(path, point));
        assert.equal(warning?.code, 'truncated', `${point} bytes`);
        assert.equal(warning.of_seconds, undefined);
      }
    });
  }

  for (const [name, make] of Object.entries(SILENT)) {
    it(`says nothing about half of ${name}, which states nothing`, async () => {
      const path = await make();
      const { size } = await stat(path);
      assert.equal(await judgeFile(await cut(path, Math.floor(size / 2))), undefined);
    });
  }
});

describe('judgeCompleteness › cut files with peculiarities', { concurrency: 2 }, () => {
  const fragments = (...flags: string[]) =>
    video('segments.mp4', ...x264, '-movflags', ['frag_keyframe', 'empty_moov', ...flags].join('+'));
  const lateAvi = () =>
    media('late.avi', ...picture(4), '-itsoffset', '2', ...tone(4), '-c:v', 'mpeg4', '-c:a', 'libmp3lame');

  /** Cuts a file right before the last element of this name. `before` is the length of what precedes the name. */
  async function cutAt(source: Promise<string>, name: string, before: number): Promise<string> {
    const path = await source;
    return await cut(path, (await readFile(path)).lastIndexOf(name) - before);
  }

  /** A fragmented MP4 whose header states its length. */
  async function withMovieLength(): Promise<string> {
    const bytes = await readFile(await fragments());
    const header = bytes.indexOf('mvhd');
    bytes.writeUInt32BE(bytes.readUInt32BE(header + 16) * SECONDS, header + 20);
    return await file('stated.mp4', bytes);
  }

  it('reports an AVI without its index, where ffmpeg needs the index to find the sound', async () => {
    const warning = await judgeFile(await cutAt(lateAvi(), 'idx1', 0));
    assert.equal(warning?.code, 'truncated');
  });

  it('reports segments that are missing behind a fragment that is whole', async () => {
    const path = await fragments('dash', 'global_sidx');
    const bytes = await readFile(path);
    const second = bytes.indexOf('moof', bytes.indexOf('moof') + 1);
    const warning = await judgeFile(await cut(path, second - 4));
    assert.equal(warning?.code, 'truncated');
    assert.ok(near(warning.of_seconds, SECONDS, 0.1), warning.detail);
  });

  it('reports fragments that are missing where the header states the length of all', async () => {
    assert.equal(await judgeFile(await withMovieLength()), undefined);
    const warning = await judgeFile(await cutAt(cutAt(withMovieLength(), 'moof', 4), 'moof', 4));
    assert.equal(warning?.code, 'truncated');
    assert.ok(near(warning.of_seconds, SECONDS, 0.1), warning.detail);
  });

  it('says nothing about a recording in fragments that ends with one, since nobody knows whether more was to come', async () => {
    assert.equal(await judgeFile(await cutAt(fragments(), 'moof', 4)), undefined);
  });

  for (const name of ['far.mkv', 'far.flv']) {
    it(`tells what is there of a cut ${name}, whose clock starts far from zero`, async () => {
      const path = await video(name, ...x264, '-output_ts_offset', '1000');
      const start = 1000 - 1024 / 44_100;
      assert.equal(await judgeFile(path, start), undefined);
      const { size } = await stat(path);
      const warning = await judgeFile(await cut(path, Math.floor(size * 0.7)), start);
      assert.equal(warning?.code, 'truncated');
      assert.ok(near(warning.of_seconds, SECONDS, 0.1), warning.detail);
      assert.ok(near(warning.seconds, SECONDS * 0.7, 0.6), warning.detail);
    });
  }
});

describe('isCut', () => {
  const table: [title: string, source: () => Promise<string>, expected: boolean][] = [
    ['half an MP4 with its index at the end', async () => half(await video('end.mp4', ...x264)), true],
    [
      'a CAF file without the end of its table of packets',
      async () => cut(await sound('alac.caf', '-c:a', 'alac'), -10),
      true,
    ],
    [
      'a CAF file without its table of packets',
      async () => half(await sound('alac.caf', '-c:a', 'alac')),
      true,
    ],
    [
      'an Ogg file cut in its headers',
      async () => cut(await sound('a.ogg', '-c:a', 'libvorbis'), 2000),
      true,
    ],
    ['a whole MP4', () => video('end.mp4', ...x264), false],
    ['text', () => file('a.txt', 'this is no media\n'.repeat(10)), false],
    ['letters behind the name of an Ogg page', () => file('fake.ogg', `OggS${'x'.repeat(2000)}`), false],
    ['the name of an Ogg page alone', () => file('fake.ogg', 'OggS'), false],
    ['letters behind the name of a FLAC', () => file('fake.flac', `fLaC${'x'.repeat(2000)}`), false],
    ['letters behind the name of a WAV', () => file('fake.wav', `RIFFxxxxWAVE${'x'.repeat(2000)}`), false],
    ['letters behind the name of an MP4', () => file('fake.mp4', `\0\0\0\x10ftyp${'x'.repeat(2000)}`), false],
    [
      'letters behind the name of a Matroska file',
      () => file('fake.mkv', Buffer.from(`1a45dfa3${'78'.repeat(2000)}`, 'hex')),
      false,
    ],
    ['letters behind the name of an FLV', () => file('fake.flv', `FLV\x01${'x'.repeat(2000)}`), false],
    ['letters behind the name of a WavPack file', () => file('fake.wv', `wvpk${'x'.repeat(2000)}`), false],
    [
      'letters behind the name of a True Audio file',
      () => file('fake.tta', `TTA1${'x'.repeat(2000)}`),
      false,
    ],
    ['letters behind the name of an AU', () => file('fake.au', `.snd${'x'.repeat(2000)}`), false],
    ['zeros', () => file('zeros', Buffer.alloc(100_000)), false],
    ['an empty file', () => file('empty', ''), false],
  ];
  const half = async (path: string) => cut(path, Math.floor((await stat(path)).size / 2));
  for (const [title, source, expected] of table) {
    it(`is ${expected} for ${title}`, async () => {
      assert.equal(await isCut(await source()), expected);
    });
  }
});
