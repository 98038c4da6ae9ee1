import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { file, media, picture, tone } from '../../../../support/media.ts';
import { edited, probeAndDecode, replaced, withoutCodecPrivate } from './probe-file.ts';

const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const x265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'];
const both = [...picture(2), ...tone(2)];
const twoTracks = [...both, ...tone(2, { hz: 880 }), '-map', '0', '-map', '1', '-map', '2'];

const mp4 = (...codecs: string[]) => media('a.mp4', ...both, ...codecs, '-c:a', 'aac');
const mkv = (video: string[], ...audio: string[]) => media('a.mkv', ...both, ...video, '-c:a', ...audio);
const avi = () => media('a.avi', ...both, '-c:v', 'mpeg4', '-c:a', 'mp3');
const mov = () => media('a.mov', ...both, '-c:v', 'mpeg4', '-c:a', 'alac');
const wmv = () => media('a.wmv', ...both, '-c:v', 'wmv2', '-c:a', 'wmav2');
const flv = () => media('a.flv', ...both, '-c:v', 'flv', '-c:a', 'mp3');

/** Sets the codec of all video tags. @see Adobe's FLV specification, E.4.3.1 */
const withFlvVideoCodec = async (codec: number) =>
  edited(await flv(), `codec-${codec}.flv`, (bytes) => {
    for (let offset = 13; offset + 11 < bytes.length; offset += 11 + bytes.readUIntBE(offset + 1, 3) + 4) {
      if (bytes[offset] === 9) bytes[offset + 11] = ((bytes[offset + 11] ?? 0) & 0xf0) | codec;
    }
    return undefined;
  });

describe('probe › a film with a broken picture', { concurrency: 2 }, () => {
  const table: [name: string, source: () => Promise<string>][] = [
    ['H.264 without its configuration, in MP4', async () => replaced(await mp4(...x264), ['avcC', 'free'])],
    [
      'H.264 without its configuration, in Matroska',
      async () => withoutCodecPrivate(await mkv(x264, 'aac'), 0),
    ],
    ['HEVC without its configuration, in MP4', async () => replaced(await mp4(...x265), ['hvcC', 'free'])],
    [
      'HEVC without its configuration, in Matroska',
      async () => withoutCodecPrivate(await mkv(x265, 'ac3'), 0),
    ],
    [
      'Theora without its headers',
      async () => withoutCodecPrivate(await mkv(['-c:v', 'libtheora'], 'flac'), 0),
    ],
    ['a codec that nobody knows, in MP4', async () => replaced(await mp4(...x264), ['avc1', 'zzz1'])],
    [
      'a codec that nobody knows, in Matroska',
      async () => replaced(await mkv(x264, 'mp3'), ['V_MPEG4/ISO/AVC', 'V_MPEG4/ISO/XYZ']),
    ],
    ['a codec that nobody knows, in AVI', async () => replaced(await avi(), ['FMP4', 'ZZZZ'])],
    ['VC-1 without its headers, in AVI', async () => replaced(await avi(), ['FMP4', 'WVC1'])],
    ['Theora without its headers, in AVI', async () => replaced(await avi(), ['FMP4', 'theo'])],
    ['VC-1 without its headers, in WMV', async () => replaced(await wmv(), ['WMV2', 'WVC1'])],
    ['WMV 9 without its headers', async () => replaced(await wmv(), ['WMV2', 'WMV3'])],
    ['a codec that nobody knows, in WMV', async () => replaced(await wmv(), ['WMV2', 'QQQQ'])],
    ['a codec that it is not, in MOV', async () => replaced(await mov(), ['mp4v', 'SVQ3'])],
    ['a codec that nobody knows, in FLV', () => withFlvVideoCodec(11)],
    ['a codec that it is not, in FLV', () => withFlvVideoCodec(4)],
  ];
  for (const [name, source] of table) {
    it(`finds the sound beside ${name}`, async () => {
      const { audio, seconds, tracks } = await probeAndDecode(await source());
      assert.ok(Math.abs(seconds - 2) < 0.1, `${seconds} s`);
      assert.equal(audio.sampleRate, 44_100);
      assert.equal(audio.channels, 1);
      assert.ok(Math.abs(audio.startSeconds ?? Number.NaN) < 0.1, `starts at ${audio.startSeconds} s`);
      assert.deepEqual(tracks.map(({ type }) => type).sort(), ['audio', 'video']);
      assert.ok(Math.abs((audio.expectedSeconds ?? 0) - 2) < 0.2, `${audio.expectedSeconds} s`);
    });
  }
});

it('probe › a film with a broken picture › knows that the sound begins later', async () => {
  const options = [...picture(3), '-itsoffset', '1', ...tone(2), '-c:v', 'libtheora', '-c:a', 'flac'];
  const source = await withoutCodecPrivate(await media('late.mkv', ...options), 0);
  const { audio, filmStartSeconds } = await probeAndDecode(source);
  assert.equal(filmStartSeconds, 0);
  assert.equal(audio.startSeconds, 1);
});

describe('probe › a film with a broken audio track', { concurrency: 2 }, () => {
  const two = (name: string, first: string, second: string) =>
    media(name, ...twoTracks, ...x264, '-c:a:0', first, '-c:a:1', second);
  const table: [
    name: string,
    source: () => Promise<string>,
    position: number,
    skipped: RegExp | undefined,
  ][] = [
    [
      'Vorbis without its headers',
      async () => withoutCodecPrivate(await two('v.mkv', 'libvorbis', 'aac'), 1),
      2,
      /vorbis/i,
    ],
    [
      'ALAC without its configuration',
      async () => withoutCodecPrivate(await two('l.mkv', 'alac', 'aac'), 1),
      2,
      /alac/i,
    ],
    [
      'ALAC without its configuration after a good one',
      async () => withoutCodecPrivate(await two('m.mkv', 'aac', 'alac'), 2),
      1,
      undefined,
    ],
    [
      'AC-4, which ffmpeg cannot decode',
      async () => replaced(await two('a.mp4', 'aac', 'alac'), ['mp4a', 'ac-4'], ['esds', 'free']),
      2,
      /ac-4/i,
    ],
    [
      'a codec that nobody knows, in Matroska',
      async () => replaced(await two('n.mkv', 'flac', 'ac3'), ['A_FLAC', 'A_XYZW']),
      2,
      /A_XYZW/,
    ],
    [
      'AC-3 that is none',
      async () =>
        replaced(await two('o.mkv', 'pcm_s16le', 'mp3'), ['A_PCM/INT/LIT', 'A_AC3\0\0\0\0\0\0\0\0']),
      2,
      /AC-3/,
    ],
  ];
  for (const [name, source, position, skipped] of table) {
    it(`takes the track that can be decoded beside ${name}`, async () => {
      const { audio, seconds, warnings } = await probeAndDecode(await source());
      assert.equal(audio.position, position);
      assert.ok(Math.abs(seconds - 2) < 0.1, `${seconds} s`);
      if (!skipped) return assert.deepEqual(warnings, []);
      assert.equal(warnings[0]?.code, 'track_skipped');
      assert.match(warnings[0].detail, skipped);
    });
  }
});

it('probe › a track with a title of 6 MB › finds the sound, and shortens the title', async () => {
  const tags = await file('title.txt', `;FFMETADATA1\ntitle=${'x'.repeat(6_000_000)}\n`);
  const titled = ['-i', tags, '-map', '0:a', '-map_metadata:s:a:0', '1:g', '-c:a', 'aac'];
  const { audio, seconds, warnings } = await probeAndDecode(await media('title.mkv', ...tone(2), ...titled));
  assert.ok(Math.abs(seconds - 2) < 0.1, `${seconds} s`);
  assert.deepEqual([audio.codec, audio.sampleRate, audio.channels], ['aac', 44_100, 1]);
  assert.equal(audio.title, 'x'.repeat(100));
  assert.deepEqual(warnings, []);
});
