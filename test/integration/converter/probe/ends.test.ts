import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { file, media, tone } from '../../../support/media.ts';
import { probeEnds, probeWhole, send } from './probed.ts';

const SECONDS = 8;
const END_BYTES = 32 * 1024;
/** Long enough for a packet of each track of a stream. */
const LONG_END_BYTES = 128 * 1024;

/** A picture that cannot be compressed, so that the file has a middle. */
const noise = ['-f', 'lavfi', '-i', `nullsrc=s=160x96:r=10:d=${SECONDS},geq=random(1)*255:128:128`];
const film = [...noise, ...tone(SECONDS), '-c:v', 'mpeg4', '-q:v', '3'];
const loud = ['-f', 'lavfi', '-i', `anoisesrc=d=${SECONDS}:r=44100:a=0.3`];

const FILES: Record<string, [name: string, ...args: string[]]> = {
  'an MP4 with its index at the end': ['end.mp4', ...film, '-c:a', 'aac'],
  'an MP4 with its index at the start': ['start.mp4', ...film, '-c:a', 'aac', '-movflags', '+faststart'],
  'a Matroska file': ['film.mkv', ...film, '-c:a', 'aac'],
  'an AVI': ['film.avi', ...film, '-c:a', 'mp3', '-b:a', '128k'],
  'a transport stream': [
    'film.ts',
    ...noise,
    ...tone(SECONDS),
    '-c:v',
    'mpeg2video',
    '-q:v',
    '3',
    '-c:a',
    'mp2',
  ],
  'a program stream': [
    'film.mpg',
    ...noise,
    ...tone(SECONDS),
    '-r',
    '25',
    '-c:v',
    'mpeg2video',
    '-q:v',
    '3',
    '-c:a',
    'mp2',
  ],
  'a Flash video': ['film.flv', ...noise, ...tone(SECONDS), '-c:v', 'flv', '-q:v', '3', '-c:a', 'mp3'],
  'an ASF file': ['film.asf', ...noise, ...tone(SECONDS), '-c:v', 'msmpeg4', '-q:v', '3', '-c:a', 'wmav2'],
  'a WAV': ['sound.wav', ...loud],
  'an MP3 of a constant bit rate': ['cbr.mp3', ...loud, '-b:a', '320k', '-write_xing', '0'],
  'an MP3 of a variable bit rate': ['vbr.mp3', ...loud, '-q:a', '0'],
  'a FLAC': ['sound.flac', ...loud],
  'an Ogg with Vorbis': ['sound.ogg', ...loud, '-c:a', 'libvorbis', '-q:a', '9'],
  'an AAC in ADTS': ['sound.aac', ...loud, '-c:a', 'aac', '-b:a', '320k'],
};

describe('a probe of the ends of a file', () => {
  for (const [what, [name, ...args]] of Object.entries(FILES)) {
    it(`says of ${what} what a probe of the whole file says`, async () => {
      const path = await media(name, ...args);
      const bytes = /\.(ts|mpg)$/.test(name) ? LONG_END_BYTES : END_BYTES;
      const [ends, whole] = [await probeEnds(path, bytes), await probeWhole(path)];
      assert.deepEqual(ends, whole);
      assert.equal(whole.complete, true);
      assert.ok(Math.abs((whole.expected.duration_seconds ?? 0) - SECONDS) < 0.3);
    });
  }

  it('does not take the last packet at the beginning of a stream for the end of its track', async () => {
    for (const what of ['a transport stream', 'a program stream']) {
      const path = await media(...(FILES[what] as [string]));
      const { complete, tracks, expected } = await probeEnds(path, END_BYTES / 4);
      assert.equal(complete, true, what);
      assert.ok(Math.abs((expected.duration_seconds ?? 0) - SECONDS) < 0.5, what);
      for (const { duration_seconds } of tracks) {
        assert.ok(duration_seconds === null || Math.abs(duration_seconds - SECONDS) < 0.5, what);
      }
    }
  });

  const NOTHING = {
    complete: false,
    error: null,
    expected: { size: null, duration_seconds: null, seconds: null },
    tracks: [],
  };

  it('does not take the index of an MP4 that is in the hole for a missing one', async () => {
    const path = await media(...(FILES['an MP4 with its index at the end'] as [string]));
    const { complete, error, expected, tracks } = await probeEnds(path, 512);
    assert.deepEqual({ complete, error, expected, tracks }, NOTHING);
  });

  it('does not say that an MP4 has no sound whose index says so in the hole', async () => {
    const path = await media(...(FILES['an MP4 with its index at the start'] as [string]));
    const secondTrack = (await readFile(path)).lastIndexOf('trak') - 4;
    const { json } = await send(path, { head: secondTrack, tail: END_BYTES });
    const { complete, error, expected, tracks } = json;
    assert.deepEqual({ complete, error, expected, tracks }, NOTHING);
  });

  it('does not state the length of a fragmented MP4, whose fragments are in the hole', async () => {
    const fragments = ['-c:a', 'aac', '-g', '10', '-movflags', 'frag_keyframe+empty_moov'];
    const path = await media('fragments.mp4', ...film, ...fragments);
    const { complete, duration_seconds, tracks, expected } = await probeEnds(path, END_BYTES);
    assert.deepEqual([complete, duration_seconds, expected.size], [false, null, null]);
    assert.deepEqual(
      tracks.map(({ codec, duration_seconds: seconds, selected }) => [codec, seconds, selected]),
      [
        ['mpeg4', null, false],
        ['aac', null, true],
      ],
    );
  });

  for (const what of ['a transport stream', 'a program stream', 'an Ogg with Vorbis', 'a Flash video']) {
    it(`does not state the length of ${what} without its end`, async () => {
      const path = await media(...(FILES[what] as [string]));
      const { json } = await send(path, { head: END_BYTES, tail: 0 });
      assert.deepEqual([json.complete, json.duration_seconds, json.expected.size], [false, null, null]);
      assert.ok(json.tracks.some(({ selected }: { selected: boolean }) => selected));
    });
  }

  it('does not say that a transport stream has no sound, because it may begin in the hole', async () => {
    const path = await media('silent.ts', ...noise, '-c:v', 'mpeg2video', '-q:v', '3');
    const ends = await probeEnds(path, END_BYTES);
    assert.deepEqual([ends.complete, ends.error], [false, null]);
    assert.equal((await probeWhole(path)).error?.code, 'no_audio');
  });

  it('says that an MP4 has no sound, because its index lists all tracks', async () => {
    const path = await media('silent.mp4', ...noise, '-c:v', 'mpeg4', '-q:v', '3');
    const { complete, error, tracks } = await probeEnds(path, END_BYTES);
    assert.deepEqual([complete, error?.code, tracks.length], [true, 'no_audio', 1]);
  });

  it('takes sound that is in the hole for good sound', async () => {
    const path = await media('apart.mp4', ...film, '-c:a', 'aac', '-movflags', '+faststart');
    const bytes = await readFile(path);
    const index = bytes.indexOf('moov') - 4;
    const end = index + bytes.readUInt32BE(index);
    const { complete, error, tracks } = (await send(path, { head: end, tail: 0 })).json;
    assert.deepEqual([complete, error], [true, null]);
    assert.deepEqual(
      tracks.map(({ codec, selected }: { codec: string; selected: boolean }) => [codec, selected]),
      [
        ['mpeg4', false],
        ['aac', true],
      ],
    );
  });

  it('says that more is known of a Matroska file whose tags are in the hole', async () => {
    const path = await media('tags.mkv', ...film, '-c:a', 'aac', '-metadata', 'title=Alien');
    const bytes = await readFile(path);
    const before = await probeEnds(path, END_BYTES);
    assert.deepEqual([before.complete, before.tags.title], [true, 'Alien']);
    // SeekID and SeekPosition of the tags; they are moved into the hole.
    const seek = bytes.indexOf(Buffer.from('53ab841254c36753ac', 'hex'));
    const length = (bytes[seek + 9] ?? 0) & 0x0f;
    const inHole = 50_000;
    bytes.writeUIntBE(inHole, seek + 10, length);
    const tags = bytes.indexOf(Buffer.from('1254c367', 'hex'), seek + 20);
    // The tags become an element that readers skip.
    bytes[tags] = 0xec;
    const { complete } = await probeEnds(await file('moved.mkv', bytes), END_BYTES);
    assert.equal(complete, false);
  });
});
