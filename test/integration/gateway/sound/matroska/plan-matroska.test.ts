import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { PROVEN } from '../../../../../services/gateway/sound/proven.ts';
import type { ConversionOptions } from '../../../../../services/shared/jobs/conversion-options.ts';
import { type ComparedSound, compareSound } from '../../../../support/compared-sound.ts';
import { file, media, picture, tone } from '../../../../support/media.ts';
import { randomNumbers } from '../../../../support/random.ts';

const run = promisify(execFile);
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime'];
const both = ['-map', '0', '-map', '1'];
/** The arguments of an input that begins later, in seconds. */
const late = (seconds: number, input: readonly string[]) => ['-itsoffset', String(seconds), ...input];

/** The sound alone is the same, and it is smaller than the film. */
function assertSame({ sentBytes, filmBytes, differences }: ComparedSound): void {
  assert.ok(sentBytes !== undefined, 'the film would be sent whole');
  assert.deepEqual(differences, []);
  assert.ok(sentBytes < filmBytes);
}

describe('planMatroska', () => {
  const codecs: [codec: string, encoder?: string][] = [
    ...['aac', 'ac3', 'eac3', 'truehd', 'flac', 'alac', 'mp2', 'mlp', 'tta', 'wavpack'].map(
      (name): [string] => [name],
    ),
    ['dts', 'dca'],
    ['vorbis', 'libvorbis'],
    ['opus', 'libopus'],
    ['mp3', 'libmp3lame'],
    ...['u8', 's16le', 's24le', 's32le', 's16be', 's24be', 's32be', 'f32le', 'f64le'].map(
      (name): [string] => [`pcm_${name}`],
    ),
  ];
  for (const [codec, encoder = codec] of codecs) {
    it(`makes the same MP3 of ${codec}`, async () => {
      const sound = ['-c:a', encoder, '-strict', '-2'];
      assertSame(
        await compareSound(
          await media('film.mkv', ...picture(1), ...tone(1, { rate: 48_000 }), ...h264, ...sound),
        ),
      );
    });
  }

  it('has a test for each codec that is proven', () => {
    assert.deepEqual(codecs.map(([codec]) => codec).toSorted(), PROVEN.matroska.toSorted());
  });

  const aac = ['-c:a', 'aac'];
  const opus = ['-c:a', 'libopus'];
  const situations: [name: string, args: string[], container?: string, options?: ConversionOptions][] = [
    ['sound that begins 0.3 s late', [...picture(3), ...late(0.3, tone(2)), ...both, ...h264, ...aac]],
    ['sound that begins 4 s late', [...picture(7), ...late(4, tone(2)), ...both, ...h264, ...aac]],
    ['sound that begins 9 s late', [...picture(11), ...late(9, tone(1)), ...both, ...h264, ...aac]],
    [
      'sound that begins late, with B-frames',
      [...picture(5), ...late(0.5, tone(2)), ...both, '-c:v', 'libx264', ...aac],
    ],
    [
      'sound that begins late in WebM',
      [...picture(9), ...late(7, tone(1)), ...both, ...vp8, '-c:a', 'libvorbis'],
      'webm',
    ],
    ['a picture that begins late', [...late(2, picture(2)), ...tone(4), ...both, ...h264, ...aac]],
    ['sound that ends before the picture', [...picture(9), ...tone(3), ...h264, ...aac]],
    ['sound that ends after the picture', [...picture(3), ...tone(6), ...h264, ...aac]],
    [
      'a film whose clock begins at 100 s',
      ['-copyts', ...late(100, picture(3)), ...late(100.5, tone(2)), ...both, ...h264, ...aac],
    ],
    [
      'MP3 that is passed on',
      [...picture(3), ...tone(3), ...h264, '-c:a', 'libmp3lame'],
      'mkv',
      { copy: true },
    ],
    ['a part of the film', [...picture(5), ...tone(5), ...h264, ...aac], 'mkv', { start: 1.5, end: 3 }],
    ['WebM', [...picture(3), ...tone(3), ...vp8, ...opus], 'webm'],
    ['HEVC', [...picture(3), ...tone(3), '-c:v', 'libx265', '-preset', 'ultrafast', ...aac]],
    ['MPEG-2', [...picture(3), ...tone(3), '-c:v', 'mpeg2video', '-bf', '2', '-c:a', 'mp2']],
    ['two tracks of sound without a picture', [...tone(3), ...tone(3), ...both, ...opus], 'mka'],
  ];
  for (const [name, args, container = 'mkv', options] of situations) {
    it(`makes the same MP3 of ${name}`, async () => {
      assertSame(await compareSound(await media(`film.${container}`, ...args), options));
    });
  }

  /** A picture of noise, of some MB a second. */
  const noise = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=8,noise=alls=80:allf=t'];
  const largePictures: [codec: string, ...encoder: string[]][] = [
    ['H.264', '-c:v', 'libx264', '-preset', 'veryfast', '-qp', '20', '-bf', '3'],
    ['H.264 without B-frames', ...h264, '-qp', '20'],
    ['H.264 in slices', '-c:v', 'libx264', '-preset', 'veryfast', '-qp', '20', '-slices', '4'],
    ['HEVC', '-c:v', 'libx265', '-preset', 'ultrafast', '-qp', '20', '-x265-params', 'log-level=none'],
    ['Motion JPEG', '-c:v', 'mjpeg', '-q:v', '2'],
    ['MPEG-2', '-c:v', 'mpeg2video', '-q:v', '2', '-bf', '2'],
    ['MPEG-4', '-c:v', 'mpeg4', '-q:v', '2', '-bf', '2'],
  ];
  for (const [codec, ...encoder] of largePictures) {
    for (const seconds of [0, 0.4]) {
      it(`sends little of large pictures in ${codec}, with sound that begins ${seconds} s late`, async () => {
        const inputs = [...noise, ...late(seconds, tone(7)), ...both];
        const compared = await compareSound(await media('film.mkv', ...inputs, ...encoder, ...aac));
        assertSame(compared);
        const least = (compared.sentBytes as number) / compared.filmBytes;
        assert.ok(least < 0.05, `${Math.round(least * 100)} % of the film would be sent`);
      });
    }
  }

  const three = [
    ...picture(3),
    ...tone(3, { hz: 300 }),
    ...tone(3, { hz: 600 }),
    '-map',
    '0',
    '-map',
    '1',
    '-map',
    '2',
  ];
  const languages = [
    '-metadata:s:a:0',
    'language=eng',
    '-metadata:s:a:1',
    'language=ger',
    '-metadata:s:a:1',
    'title=Ton',
  ];
  const choices: [name: string, args: string[], options: ConversionOptions, track: number][] = [
    ['the first of two tracks', languages, {}, 1],
    ['a track by its position', languages, { track: 2 }, 2],
    ['a track by its language', languages, { track: 'deu' }, 2],
    ['the default track', ['-disposition:a:0', '0', '-disposition:a:1', 'default'], {}, 2],
    ['the track behind a commentary', ['-metadata:s:a:0', 'title=Commentary'], {}, 2],
    ['the track behind one for the blind', ['-disposition:a:0', 'default+visual_impaired'], {}, 2],
  ];
  for (const [name, args, options, track] of choices) {
    it(`takes ${name}, as the server does`, async () => {
      const found = await compareSound(
        await media('film.mkv', ...three, ...h264, '-c:a', 'ac3', ...args),
        options,
      );
      assertSame(found);
      assert.equal(found.track, track);
    });
  }

  it('keeps the sound of a film whose second track begins late', async () => {
    const tracks = [...picture(6), ...tone(6), ...late(3, tone(2)), '-map', '0', '-map', '1', '-map', '2'];
    assertSame(await compareSound(await media('film.mkv', ...tracks, ...h264, ...aac)));
    assertSame(await compareSound(await media('film.mkv', ...tracks, ...h264, ...aac), { track: 2 }));
  });

  it('keeps tags, chapters and the cover', async () => {
    const chapter = (start: number, title: string) =>
      `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start}\nEND=${start + 1000}\ntitle=${title}\n`;
    const tags = await file(
      'tags.txt',
      `;FFMETADATA1\ntitle=Töne\nartist=A\n${chapter(0, 'One')}${chapter(1000, 'Zwei')}`,
    );
    const cover = await media('cover.jpg', '-f', 'lavfi', '-i', 'color=red:s=64x64', '-frames:v', '1');
    const attached = [
      '-attach',
      cover,
      '-metadata:s:t',
      'mimetype=image/jpeg',
      '-metadata:s:t',
      'filename=cover.jpg',
    ];
    const inputs = [
      ...picture(3),
      ...tone(3),
      '-i',
      tags,
      ...both,
      '-map_metadata',
      '2',
      '-map_chapters',
      '2',
    ];
    assertSame(await compareSound(await media('film.mkv', ...inputs, ...attached, ...h264, ...aac)));
  });

  it('keeps the sound of a film with subtitles', async () => {
    const text = await file(
      'text.srt',
      '1\n00:00:00,000 --> 00:00:01,000\nA\n\n2\n00:00:01,500 --> 00:00:02,500\nB\n',
    );
    const inputs = [...picture(3), ...tone(3), '-i', text, ...both, '-map', '2'];
    assertSame(await compareSound(await media('film.mkv', ...inputs, ...h264, ...aac)));
    assertSame(await compareSound(await media('film.webm', ...inputs, ...vp8, ...opus, '-c:s', 'webvtt')));
  });

  const live: [name: string, args: string[]][] = [
    ['a live recording', [...picture(4), ...tone(4), ...vp8, ...opus, '-live', '1', '-f', 'webm']],
    [
      'a live recording with late sound',
      [
        ...picture(4),
        ...late(0.5, tone(2)),
        ...both,
        ...vp8,
        '-c:a',
        'libvorbis',
        '-live',
        '1',
        '-f',
        'webm',
      ],
    ],
    [
      'a film that was written to a pipe',
      [...picture(4), ...tone(4), ...h264, '-c:a', 'ac3', '-f', 'matroska'],
    ],
  ];
  for (const [name, args] of live) {
    it(`makes the same MP3 of ${name}`, async () => {
      assertSame(await compareSound(await piped(args)));
    });
  }

  const whole: [name: string, path: () => Promise<string>][] = [
    [
      'a live recording without a picture',
      () => piped([...tone(2), ...tone(2), ...both, '-c:a', 'ac3', '-f', 'matroska']),
    ],
    [
      'a live recording whose length would be guessed',
      () => piped([...picture(2), ...tone(2), '-c:v', 'mpeg2video', '-c:a', 'mp2', '-f', 'matroska']),
    ],
    [
      'a codec that is not proven',
      () => media('film.mkv', ...picture(2), ...tone(2), ...h264, '-c:a', 'wmav2'),
    ],
    ['ProRes', () => media('film.mkv', ...picture(1), ...tone(1), '-c:v', 'prores_ks', ...aac)],
    ['a picture alone', () => media('film.mkv', ...picture(1), ...h264)],
  ];
  for (const [name, path] of whole) {
    it(`sends ${name} whole`, async () => {
      assert.equal((await compareSound(await path())).sentBytes, undefined);
    });
  }

  it('sends a film whole that was cut, or tells the same of its sound', async () => {
    const random = randomNumbers(1);
    const films = [
      await media('film.mkv', ...picture(3), ...tone(3), ...h264, ...aac),
      await piped([...picture(3), ...tone(3), ...vp8, ...opus, '-live', '1', '-f', 'webm']),
    ];
    for (const film of [...films, ...films, ...films]) {
      const bytes = await readFile(film);
      const cut = await file('cut.mkv', bytes.subarray(0, 1 + random(bytes.length - 1)));
      assert.deepEqual((await compareSound(cut)).differences, []);
    }
  });

  it('tells the same of the sound of a damaged film', async () => {
    const random = randomNumbers(2);
    const film = await media('film.mkv', ...three, ...h264, '-c:a', 'ac3', ...languages);
    const original = await readFile(film);
    for (let count = 0; count < 4; count++) {
      const bytes = Buffer.from(original);
      for (let each = 0; each < 3; each++) bytes[random(bytes.length)] = random(256);
      assert.deepEqual((await compareSound(await file('damaged.mkv', bytes))).differences, []);
    }
  });
});

/** A film that ffmpeg cannot go back in to fill in sizes and its length. */
async function piped(args: string[]): Promise<string> {
  const name = 'piped.mkv';
  const output = await run('ffmpeg', ['-nostdin', '-v', 'error', '-bitexact', ...args, 'pipe:1'], {
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
  });
  return file(name, output.stdout);
}
