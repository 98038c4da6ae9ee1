import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { file, media, picture, tone } from '../../../../support/media.ts';
import { edited, pidAt, probeFile, replaced, withoutCodecPrivate, withoutPids } from './probe-file.ts';

const both = [...picture(2), ...tone(2)];
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const silence = ['-f', 'lavfi', '-i', 'anullsrc=d=0'];
const key = '76a6c65c5ea762046bd749a2e632ccbb';
const protect = ['-encryption_scheme', 'cenc-aes-ctr', '-encryption_key', key, '-encryption_kid', key];

const mp4 = () => media('a.mp4', ...both, ...x264, '-c:a', 'aac');
const locked = (...options: string[]) =>
  media('e.mp4', ...both, ...x264, '-c:a', 'aac', ...protect, ...options);
const ts = () => media('a.ts', ...both, '-c:v', 'mpeg2video', '-r', '25', '-c:a', 'ac3');
const start = (source: Promise<string>, bytes: number) =>
  source.then((path) => edited(path, `start-${bytes}`, (all) => all.subarray(0, bytes)));

/** Marks the packets of a PID as scrambled, and makes noise of them. */
const scrambled = async () =>
  edited(await ts(), 'scrambled.ts', (bytes) => {
    for (let offset = 0; offset < bytes.length; offset += 188) {
      if (pidAt(bytes, offset) !== 0x101) continue;
      bytes[offset + 3] = (bytes[offset + 3] ?? 0) | 0x80;
      const adaptation = (bytes[offset + 3] ?? 0) & 0x20 ? 1 + (bytes[offset + 4] ?? 0) : 0;
      randomBytes(184 - adaptation).copy(bytes, offset + 4 + adaptation);
    }
    return undefined;
  });

/** Adds the Content Encryption Object to the header of an ASF file. @see ASF specification, 3.14 */
const protectedAsf = async (source: Promise<string>) =>
  edited(await source, 'protected', (bytes) => {
    const text = (value: string) =>
      Buffer.concat([Buffer.from([value.length + 1, 0, 0, 0]), Buffer.from(`${value}\0`)]);
    const content = Buffer.concat([text('secret'), text('DRM'), text('key'), text('http://drm.example')]);
    const head = Buffer.concat([Buffer.from('fbb3112223bdd211b4b700a0c955fc6e', 'hex'), Buffer.alloc(8)]);
    head.writeUInt32LE(head.length + content.length, 16);
    bytes.writeUInt32LE(bytes.readUInt32LE(16) + head.length + content.length, 16);
    bytes.writeUInt32LE(bytes.readUInt32LE(24) + 1, 24);
    return Buffer.concat([bytes.subarray(0, 30), head, content, bytes.subarray(30)]);
  });

describe('probe › a file that can never become an MP3', { concurrency: 2 }, () => {
  const table: [name: string, source: () => Promise<string>, code: string, message: RegExp][] = [
    ['a film without sound', () => media('mute.mkv', ...picture(1), ...x264), 'no_audio', /no sound/],
    [
      'a transport stream without sound',
      () => media('mute.ts', ...picture(1), ...x264),
      'no_audio',
      /no sound/,
    ],
    [
      'Matroska with an empty track',
      () => media('0.mkv', ...picture(1), ...silence, ...x264, '-c:a', 'aac'),
      'no_audio',
      /empty/,
    ],
    [
      'AVI with an empty track',
      () => media('0.avi', ...picture(1), ...silence, '-c:v', 'mpeg4', '-c:a', 'mp3'),
      'no_audio',
      /empty/,
    ],
    ['an empty WAV', () => media('0.wav', ...silence), 'no_audio', /empty/],
    [
      'a transport stream whose sound was filtered out',
      async () => withoutPids(await ts(), 0x101),
      'no_audio',
      /empty/,
    ],
    [
      'MP4 with AC-4',
      async () => replaced(await mp4(), ['mp4a', 'ac-4'], ['esds', 'free']),
      'unsupported_codec',
      /ac-4/i,
    ],
    [
      'Matroska with a codec that nobody knows',
      async () => replaced(await media('f.mkv', ...both, ...x264, '-c:a', 'flac'), ['A_FLAC', 'A_ABCD']),
      'unsupported_codec',
      /A_ABCD/,
    ],
    [
      'Matroska with Vorbis without its headers',
      async () => withoutCodecPrivate(await media('v.mkv', ...tone(2), '-c:a', 'libvorbis'), 0),
      'unsupported_codec',
      /vorbis/i,
    ],
    [
      'MOV with QDesign Music that is none',
      async () => replaced(await media('q.mov', ...tone(2), '-c:a', 'alac'), ['alac', 'QDM2']),
      'unsupported_codec',
      /qdm2/i,
    ],
    ['MP4 with Common Encryption', () => locked(), 'encrypted', /copy protection/],
    [
      'a fragmented MP4 with Common Encryption',
      () => locked('-movflags', 'frag_keyframe+empty_moov'),
      'encrypted',
      /copy/,
    ],
    [
      'a fast-start MP4 with Common Encryption',
      () => locked('-movflags', 'faststart'),
      'encrypted',
      /copy protection/,
    ],
    [
      'MP4 with FairPlay',
      async () => replaced(await locked(), ['enca', 'drms']),
      'encrypted',
      /copy protection/,
    ],
    [
      'WMV with Windows Media DRM',
      () => protectedAsf(media('a.wmv', ...both, '-c:v', 'wmv2', '-c:a', 'wmav2')),
      'encrypted',
      /copy protection/,
    ],
    [
      'WMA with Windows Media DRM',
      () => protectedAsf(media('a.wma', ...tone(2))),
      'encrypted',
      /copy protection/,
    ],
    ['a scrambled transport stream', scrambled, 'encrypted', /copy protection/],
    ['text', () => file('a.txt', 'WEBVTT\n\n00:01.000 --> 00:02.000\nno film\n'), 'not_media', /not a video/],
    ['noise', () => file('noise.mp4', randomBytes(300_000)), 'not_media', /not a video/],
    ['a subtitle', () => file('a.srt', '1\n00:00:01,000 --> 00:00:02,000\nHi\n'), 'not_media', /not a video/],
    ['an MP4 without its index', async () => replaced(await mp4(), ['moov', 'xxxx']), 'truncated', /index/],
    ['the first bytes of an MP4', () => start(mp4(), 1000), 'truncated', /index/],
    [
      'the first bytes of a Matroska file',
      () => start(media('b.mkv', ...both, ...x264), 100),
      'truncated',
      /ends before/,
    ],
    [
      'the first bytes of a FLAC file',
      () => start(media('b.flac', ...tone(2)), 1000),
      'truncated',
      /ends before/,
    ],
    [
      'the first bytes of an Ogg file',
      () => start(media('b.ogg', ...tone(2)), 300),
      'truncated',
      /ends before/,
    ],
  ];
  for (const [name, source, code, message] of table) {
    it(`refuses ${name} with ${code}`, async () => {
      await assert.rejects(probeFile(await source()), { code, message });
    });
  }
});
