import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Probe } from '../../../../services/converter/ffmpeg/probe/probe.ts';
import { INPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { createTranscode } from '../../../../services/converter/transcode/transcode.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { decodedSeconds, file, media, picture, tone, truncated, video } from '../../../support/media.ts';
import { processesIn } from '../../../support/processes.ts';
import { tools } from '../../../support/tools.ts';

const limits = { maxDurationSeconds: 60, maxConvertSeconds: 240 };
let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-transcode-'));
});
after(() => rm(root, { recursive: true }));

async function convert(
  source: string,
  options: ConversionOptions = { quality: 9 },
  prepare: (folder: string) => Promise<void> = async () => undefined,
) {
  const folder = await mkdtemp(join(root, 'attempt-'));
  await copyFile(source, join(folder, INPUT));
  await prepare(folder);
  const times: number[] = [];
  let found: Probe | undefined;
  const transcode = createTranscode({ ...tools, limits });
  const mp3 = await transcode({
    folder,
    options,
    signal: new AbortController().signal,
    onProbe: (probe) => {
      found = probe;
    },
    onTime: (seconds) => times.push(seconds),
  });
  const { seconds } = await mp3.verify();
  assert.ok(found);
  return { seconds, path: mp3.path, found, times, folder };
}

const assertNear = (actual: number, expected: number, slack = 0.1) =>
  assert.ok(Math.abs(actual - expected) <= slack, `${actual} s is not ${expected} s`);

const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const both = [...picture(2), ...tone(2)];
const noise = ['-f', 'lavfi', '-i', 'anoisesrc=r=44100:d=6:a=0.5'];

/** ffprobe estimates the length from the bit rate at the start, which gives minutes instead of seconds. */
const quietThenLoud = () =>
  media(
    'guess.aac',
    ...['-f', 'lavfi', '-i', 'anullsrc=r=44100:cl=stereo:d=3'],
    ...['-f', 'lavfi', '-i', 'anoisesrc=r=44100:d=3:a=0.9'],
    ...['-filter_complex', '[0][1]concat=v=0:a=1', '-c:a', 'aac', '-b:a', '320k'],
  );

describe('createTranscode › media that it converts', { concurrency: 2 }, () => {
  const table: [name: string, source: () => Promise<string>, seconds: number][] = [
    ['an MP4 with its index in front', () => video(2), 2],
    ['an MP4 with its index at the end', () => video(2, { faststart: false }), 2],
    ['a fragmented MP4', () => media('a.mp4', ...both, ...x264, '-movflags', 'frag_keyframe+empty_moov'), 2],
    ['MOV with PCM', () => media('a.mov', ...both, ...x264, '-c:a', 'pcm_s16le'), 2],
    ['Matroska', () => media('a.mkv', ...both, ...x264, '-c:a', 'aac'), 2],
    [
      'WebM with Opus',
      () => media('a.webm', ...both, '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus'),
      2,
    ],
    [
      'WebM as a browser records it, without a length',
      () =>
        media(
          'live.webm',
          ...both,
          '-c:v',
          'libvpx',
          '-deadline',
          'realtime',
          '-c:a',
          'libopus',
          '-live',
          '1',
        ),
      2,
    ],
    ['MPEG-TS', () => media('a.ts', ...both, ...x264, '-c:a', 'aac'), 2],
    ['MPEG-PS', () => media('a.mpg', ...picture(2), ...tone(2), '-r', '25', '-c:a', 'mp2'), 2],
    ['AVI', () => media('a.avi', ...both, '-c:v', 'mpeg4', '-c:a', 'mp3'), 2],
    ['FLV', () => media('a.flv', ...both, '-c:v', 'flv', '-c:a', 'mp3'), 2],
    ['WMV', () => media('a.wmv', ...both, '-c:v', 'wmv2', '-c:a', 'wmav2'), 2],
    ['FLAC', () => media('a.flac', ...tone(2)), 2],
    ['WAV', () => media('a.wav', ...tone(2)), 2],
    ['ADTS AAC whose length is badly estimated', quietThenLoud, 6],
    [
      'sound with 5.1 channels',
      () => media('six.mp4', ...picture(2), ...tone(2), '-ac', '6', ...x264, '-c:a', 'aac'),
      2,
    ],
    [
      'sound at 8 kHz',
      () => media('low.mkv', ...picture(2), ...tone(2, { rate: 8000 }), ...x264, '-c:a', 'pcm_s16le'),
      2,
    ],
    [
      'sound at 96 kHz',
      () => media('high.mkv', ...picture(2), ...tone(2, { rate: 96_000 }), ...x264, '-c:a', 'flac'),
      2,
    ],
    ['less than a tenth of a second of sound', () => media('short.wav', ...tone(0.05)), 0.05],
    [
      'a picture that lasts longer than the sound',
      () => media('long.mkv', ...picture(5), ...tone(2), ...x264, '-c:a', 'aac'),
      2,
    ],
    [
      'a picture that lasts longer than the sound, in FLV, which states one length for both',
      () => media('long.flv', ...picture(5), ...tone(2), '-c:v', 'flv', '-c:a', 'mp3'),
      2,
    ],
    [
      'sound with a cover picture',
      () =>
        media(
          'cover.m4a',
          ...tone(2),
          '-f',
          'lavfi',
          '-i',
          'testsrc2=s=64x64:d=0.1:r=10',
          '-map',
          '0',
          '-map',
          '1',
          '-c:v',
          'mjpeg',
          '-frames:v',
          '1',
          '-disposition:v',
          'attached_pic',
          '-f',
          'mp4',
        ),
      2,
    ],
  ];
  for (const [name, source, seconds] of table) {
    it(`converts ${name}`, async () => {
      const result = await convert(await source());
      assertNear(result.seconds, seconds);
      assertNear(await decodedSeconds(result.path), seconds);
    });
  }

  it('reports tracks and progress', async () => {
    const { found, times } = await convert(await video(2));
    assert.deepEqual(
      found.tracks.map(({ index, type, codec, language }) => ({ index, type, codec, language })),
      [
        { index: 0, type: 'video', codec: 'h264', language: null },
        { index: 1, type: 'audio', codec: 'aac', language: null },
      ],
    );
    assertNear(times.at(-1) ?? 0, 2, 0.2);
  });
});

describe('createTranscode › media that it refuses', { concurrency: 2 }, () => {
  const table: [name: string, source: () => Promise<string>, code: string][] = [
    ['text', () => file('a.mp4', 'this is no video\n'), 'not_media'],
    ['an empty file', () => file('empty.mp4', ''), 'not_media'],
    ['zeros', () => file('zeros.mp4', Buffer.alloc(100_000)), 'not_media'],
    ['a picture', () => media('a.png', ...picture(0.1), '-frames:v', '1'), 'not_media'],
    ['a video without sound', () => media('silent.mp4', ...picture(1), ...x264), 'no_audio'],
    [
      'half an MP4 with its index at the end',
      async () => truncated(await video(2, { faststart: false })),
      'truncated',
    ],
    ['a sound that is too long', () => media('hour.flac', ...tone(61)), 'too_long'],
    [
      'a sound that is too long and does not state its length',
      () => media('hour.webm', ...tone(61), '-c:a', 'libopus', '-b:a', '16k', '-live', '1'),
      'too_long',
    ],
  ];
  for (const [name, source, code] of table) {
    it(`refuses ${name} with ${code}`, async () => {
      await assert.rejects(convert(await source()), { code });
    });
  }
});

describe('createTranscode › a file whose end is missing', { concurrency: 2 }, () => {
  const film = (name: string, ...codecs: string[]) => media(name, ...picture(6), ...noise, ...codecs);
  const mkv = () => film('cut.mkv', ...x264, '-c:a', 'aac');
  const mp4 = () => film('cut.mp4', ...x264, '-c:a', 'aac', '-movflags', '+faststart');
  const table: [name: string, source: () => Promise<string>, share: number, seconds: [number, number]][] = [
    ['a fast-start MP4', mp4, 0.5, [2, 4]],
    ['a Matroska file', mkv, 0.5, [2, 4]],
    ['a Matroska file', mkv, 0.8, [4, 5.5]],
    ['a FLAC file', () => media('cut.flac', ...noise), 0.5, [2.8, 3.2]],
    ['an FLV file', () => film('cut.flv', '-c:v', 'flv', '-c:a', 'mp3'), 0.5, [2, 4]],
    ['a WAV file', () => media('cut.wav', ...noise), 0.5, [2.9, 3.1]],
    ['an MP3 file', () => media('cut.mp3', ...noise), 0.5, [2.8, 3.2]],
  ];
  for (const [name, source, share, [least, most]] of table) {
    it(`becomes an MP3 of what ${share * 100} % of ${name} hold`, async () => {
      const { seconds } = await convert(await truncated(await source(), share));
      assert.ok(seconds > least && seconds < most, `${seconds} s`);
    });
  }
});

describe('createTranscode › media that would open other files', () => {
  // The name is relative, because ffmpeg itself refuses an absolute path in a script.
  const secret = 'secret.wav';
  const table: [name: string, source: string][] = [
    ['an ffconcat script', `ffconcat version 1.0\nfile '${secret}'\n`],
    ['an HLS playlist', `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.ts\n#EXT-X-ENDLIST\n`],
    [
      'an SDP session',
      'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n',
    ],
  ];
  for (const [name, source] of table) {
    it(`refuses ${name}`, async () => {
      const beside = async (folder: string) => {
        await copyFile(await media('secret.wav', ...tone(1)), join(folder, secret));
        await copyFile(await media('secret.ts', ...tone(1), '-c:a', 'aac'), join(folder, 'secret.ts'));
      };
      await assert.rejects(convert(await file('innocent.mp4', source), { quality: 9 }, beside), {
        code: 'not_media',
      });
    });
  }
});

it('createTranscode leaves no process when it is aborted', async () => {
  const folder = await mkdtemp(join(root, 'abort-'));
  await copyFile(await media('long.wav', ...tone(50)), join(folder, INPUT));
  const stop = new AbortController();
  const reason = new Error('stop');
  const transcode = createTranscode({ ...tools, limits });
  const running = transcode({
    folder,
    options: { quality: 0 },
    signal: stop.signal,
    onProbe: () => setImmediate(() => stop.abort(reason)),
    onTime: () => undefined,
  });
  await assert.rejects(running, reason);
  assert.deepEqual(processesIn(folder), []);
});
