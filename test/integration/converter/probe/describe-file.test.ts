import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { file, media, picture, tone, truncated, video } from '../../../support/media.ts';
import { probeWhole, send } from './probed.ts';

const METADATA = `;FFMETADATA1
title=The Film
artist=Somebody
location=+52.5200+013.4050/
[CHAPTER]
TIMEBASE=1/1000
START=0
END=2000
title=One
[CHAPTER]
TIMEBASE=1/1000
START=2000
END=6000
title=Two
`;

/** Six seconds with tags, chapters and two tracks. The second one has six channels. */
const film = async () =>
  media(
    'film.mkv',
    ...picture(6),
    ...tone(6),
    ...['-f', 'lavfi', '-i', 'anoisesrc=d=6:r=48000:a=0.1,aformat=channel_layouts=5.1'],
    ...['-i', await file('metadata.txt', METADATA), '-map_metadata', '3', '-map_chapters', '3'],
    ...['-map', '0', '-map', '1', '-map', '2', '-c:v', 'mpeg4', '-c:a', 'aac'],
    ...['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=fra'],
    ...['-disposition:a:0', 'default', '-disposition:a:1', '0'],
  );

describe('POST /probe of the converter, for a file', () => {
  it('lists tracks, tags and chapters, without the place where it was filmed', async () => {
    const result = await probeWhole(await film());
    assert.equal(result.format, 'matroska,webm');
    assert.deepEqual(
      result.tracks.map(({ type, position, codec, language, channels, selected }) => [
        ...[type, position, codec, language, channels, selected],
      ]),
      [
        ['video', null, 'mpeg4', null, null, false],
        ['audio', 1, 'aac', 'eng', 1, true],
        ['audio', 2, 'aac', 'fra', 6, false],
      ],
    );
    assert.deepEqual(result.tags, { title: 'The Film', artist: 'Somebody' });
    assert.deepEqual(result.chapters, [
      { start_seconds: 0, end_seconds: 2, title: 'One' },
      { start_seconds: 2, end_seconds: 6, title: 'Two' },
    ]);
    assert.ok(Math.abs((result.expected.duration_seconds ?? 0) - 6) < 0.1);
    assert.deepEqual([result.cover, result.error, result.warnings], [false, null, []]);
  });

  it('applies the options of the conversion', async () => {
    const options: ConversionOptions = {
      bitrate: 64,
      track: 'fr',
      start: 1,
      end: 4,
      title: 'Mine',
      channels: 1,
    };
    const result = await probeWhole(await film(), options);
    assert.deepEqual(result.options, options);
    assert.deepEqual(
      result.tracks.map(({ selected }) => selected),
      [false, false, true],
    );
    assert.deepEqual(
      result.warnings.map(({ code }) => code),
      ['downmixed'],
    );
    assert.equal(result.tags.title, 'Mine');
    assert.deepEqual(result.chapters, [
      { start_seconds: 0, end_seconds: 1, title: 'One' },
      { start_seconds: 1, end_seconds: 3, title: 'Two' },
    ]);
    assert.equal(result.expected.duration_seconds, 3);
  });

  const SIZES: [what: string, options: ConversionOptions, args: string[], tolerance: number][] = [
    ['CBR', { bitrate: 128 }, ['-b:a', '128k'], 0.001],
    ['CBR at another rate', { bitrate: 48, sample_rate: 24_000 }, ['-b:a', '48k', '-ar', '24000'], 0.003],
    ['VBR', { quality: 4 }, ['-q:a', '4'], 0.2],
    ['mono VBR', { quality: 0, channels: 1 }, ['-q:a', '0', '-ac', '1'], 0.2],
  ];
  for (const [what, options, args, tolerance] of SIZES) {
    it(`expects about the size that ffmpeg makes with ${what}`, async () => {
      // The noise of a crowd is as hard to encode as music.
      const noise = (seed: number) => ['-f', 'lavfi', '-i', `anoisesrc=d=20:r=44100:c=brown:a=0.4:s=${seed}`];
      const source = await media('noise.wav', ...noise(1), ...noise(2), '-filter_complex', 'amerge');
      const mp3 = await media(`${what}.mp3`, '-i', source, ...args, '-id3v2_version', '0');
      const { size } = await stat(mp3);
      const { expected } = (await send(source, { head: 100_000, tail: 0 }, options)).json;
      assert.ok(Math.abs(expected.size - size) <= tolerance * size, `${expected.size} and ${size}`);
      assert.ok(expected.seconds > 0);
    });
  }

  it('counts tags and cover as part of the MP3', async () => {
    const plain = await probeWhole(await film(), { bitrate: 128, strip_tags: true });
    const tagged = await probeWhole(await film(), { bitrate: 128, comment: 'x'.repeat(500) });
    const more = (tagged.expected.size ?? 0) - (plain.expected.size ?? 0);
    assert.ok(more > 500 && more < 2500, `${more}`);
    const cover = await media('cover.jpg', ...picture(1), '-frames:v', '1');
    const song = await media('song.mp3', ...tone(5), '-i', cover, '-map', '0', '-map', '1', '-c:v', 'copy');
    const [kept, left] = [
      await probeWhole(song, { bitrate: 128 }),
      await probeWhole(song, { bitrate: 128, cover: 'none' }),
    ];
    assert.deepEqual([kept.cover, left.cover], [true, false]);
    const difference = (kept.expected.size ?? 0) - (left.expected.size ?? 0);
    assert.ok(difference >= (await stat(cover)).size, `${difference}`);
  });

  it('refuses a track that the file does not have, and lists those that it has', async () => {
    const reply = await send(await film(), { head: (await stat(await film())).size, tail: 0 }, { track: 7 });
    assert.deepEqual([reply.status, reply.json.code], [422, 'invalid_option']);
    assert.match(reply.json.detail, /no track 7, but 1 \(eng\); 2 \(fra\)/);
  });

  const FAILURES: [what: string, path: () => Promise<string>, code: string][] = [
    ['has no sound', () => media('silent.mp4', ...picture(1), '-c:v', 'mpeg4'), 'no_audio'],
    ['has lost its index', async () => truncated(await video(2, { faststart: false })), 'truncated'],
    ['is no MP3 behind an ID3 tag', () => file('text.mp3', `ID3\x03${'\0'.repeat(6)}text`), 'not_media'],
  ];
  for (const [what, path, code] of FAILURES) {
    it(`says why a job would fail whose file ${what}`, async () => {
      const { complete, error, expected } = await probeWhole(await path());
      assert.deepEqual([complete, error?.code, expected.size], [true, code, null]);
      assert.ok(error?.detail);
    });
  }
});
