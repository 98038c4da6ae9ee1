import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { findTracks } from '../../../../services/converter/ffmpeg/probe/find-tracks.ts';
import { extractFrame } from '../../../../services/converter/tags/extract-frame.ts';
import { file, media, tone } from '../../../support/media.ts';
import { type PrivateFolder, privateFolder } from './private-folder.ts';

const run = promisify(execFile);
const FAST = ['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1'];

async function frameOf(path: string, durationSeconds: number | undefined, videoIndex = 0) {
  const tools = await privateFolder(path);
  const found = await findTracks(tools).catch(() => undefined);
  const track = found?.tracks.find(({ index, type }) => index === videoIndex && type === 'video');
  const codec = track?.codec ?? 'h264';
  return { tools, result: await extractFrame(tools, { videoIndex, codec, durationSeconds }) };
}

interface Still {
  width: number;
  height: number;
  /** Mean of each channel over the upper left and the lower right quarter, from 0 to 255. */
  topLeft: [number, number, number];
  bottomRight: [number, number, number];
}

/** Decodes the still to two by two pixels. */
async function look({ folder }: PrivateFolder, bytes: Buffer): Promise<Still> {
  const path = join(folder, 'still.jpg');
  await writeFile(path, bytes);
  const show = ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', path];
  const [width = 0, height = 0] = (await run('ffprobe', show)).stdout.split(',').map(Number);
  const shrink = [
    '-v',
    'error',
    '-i',
    path,
    '-vf',
    'scale=2:2:flags=area',
    '-pix_fmt',
    'rgb24',
    '-f',
    'rawvideo',
    '-',
  ];
  const { stdout } = await run('ffmpeg', shrink, { encoding: 'buffer' });
  const pixel = (at: number) => [...stdout.subarray(3 * at, 3 * at + 3)] as [number, number, number];
  return { width, height, topLeft: pixel(0), bottomRight: pixel(3) };
}

async function stillOf(path: string, durationSeconds?: number): Promise<Still> {
  const { tools, result } = await frameOf(path, durationSeconds);
  assert.ok('cover' in result, JSON.stringify(result));
  assert.equal(result.cover.type, 'image/jpeg');
  return look(tools, result.cover.bytes);
}

const color = (name: string, seconds: number, size = '96x64') => [
  '-f',
  'lavfi',
  '-i',
  `color=c=${name}:s=${size}:r=10:d=${seconds}`,
];
const isRed = ([red, green, blue]: readonly number[]) =>
  (red ?? 0) > 200 && (green ?? 255) < 60 && (blue ?? 255) < 60;

describe('extractFrame', () => {
  const SIZES: [title: string, args: string[], width: number, height: number][] = [
    ['a small film in its own size', [...color('red', 1, '96x64')], 96, 64],
    ['a large film 1280 pixels wide', [...color('red', 1, '2560x1440')], 1280, 720],
    ['a tall film 1280 pixels high', [...color('red', 1, '720x2560')], 360, 1280],
    [
      'a film with wide pixels in its display aspect ratio',
      [...color('red', 1, '720x576'), '-vf', 'setsar=64/45'],
      1024,
      576,
    ],
    [
      'a film with narrow pixels in its display aspect ratio',
      [...color('red', 1, '720x480'), '-vf', 'setsar=8/9'],
      640,
      480,
    ],
    ['an extremely wide film', [...color('red', 1, '4096x16')], 1280, 4],
  ];
  for (const [title, args, width, height] of SIZES) {
    it(`shows ${title}`, async () => {
      const still = await stillOf(await media('film.mp4', ...args, ...FAST), 1);
      assert.deepEqual([still.width, still.height], [width, height]);
      assert.ok(isRed(still.topLeft), String(still.topLeft));
    });
  }

  it('turns a film that a phone has recorded upright', async () => {
    const halves = ['-f', 'lavfi', '-i', 'color=c=red:s=64x96:r=10:d=1,pad=128:96:0:0:blue'];
    const film = await media('lying.mp4', ...halves, ...FAST);
    const turned = await media('turned.mov', '-i', film, '-c', 'copy', '-metadata:s:v', 'rotate=90');
    const { width, height, topLeft, bottomRight } = await stillOf(turned, 1);
    assert.deepEqual([width, height], [96, 128]);
    assert.ok(isRed(topLeft) !== isRed(bottomRight));
  });

  for (const [title, duration] of [
    ['known', 8],
    ['unknown', undefined],
  ] as const) {
    it(`is not black where only the beginning is, and the length is ${title}`, async () => {
      const parts = ['-filter_complex', '[0][1]concat=n=2:v=1:a=0'];
      const film = await media('intro.mp4', ...color('black', 4), ...color('red', 4), ...parts, ...FAST);
      assert.ok(isRed((await stillOf(film, duration)).topLeft));
    });
  }

  it('is black where the whole film is', async () => {
    assert.deepEqual(
      (await stillOf(await media('black.mp4', ...color('black', 2), ...FAST), 2)).topLeft,
      [0, 0, 0],
    );
  });

  for (const [name, ...args] of [
    ['a.webm', '-c:v', 'libvpx', '-deadline', 'realtime'],
    ['a.avi', '-c:v', 'mpeg4'],
    ['a.wmv'],
    ['a.flv', '-c:v', 'flv'],
    ['a.ts', ...FAST],
    ['a.mpg'],
    ['ten-bit.mkv', ...FAST, '-pix_fmt', 'yuv420p10le'],
    ['interlaced.ts', '-c:v', 'mpeg2video', '-flags', '+ilme+ildct'],
  ]) {
    it(`is made of ${name}`, async () => {
      // MPEG-2 has no rate below 24.
      const rate = ['-r', '25'];
      assert.ok(
        isRed((await stillOf(await media(name ?? '', ...color('red', 1), ...rate, ...args), 1)).topLeft),
      );
    });
  }

  it('is made of a film that states ten hours and has one second', async () => {
    assert.ok(isRed((await stillOf(await media('film.mp4', ...color('red', 1), ...FAST), 36_000)).topLeft));
  });

  it('is made of the stream that is asked for', async () => {
    const film = await media('second.mkv', ...tone(1), ...color('red', 1), '-map', '0', '-map', '1', ...FAST);
    const { result } = await frameOf(film, 1, 1);
    assert.ok('cover' in result);
  });

  it('has no metadata, neither of the film nor of the encoder', async () => {
    const place = ['-metadata', 'location=+52.5200+013.4050/', '-metadata', 'title=Secret'];
    const { result } = await frameOf(await media('place.mp4', ...color('red', 1), ...FAST, ...place), 1);
    assert.ok('cover' in result);
    assert.doesNotMatch(result.cover.bytes.toString('latin1'), /52\.52|Secret|Lavc/);
  });

  it('gives a reason where no picture can be decoded', async () => {
    const { result } = await frameOf(await media('a.mp3', ...tone(1)), 1);
    assert.deepEqual(result, { reason: 'no picture of the film can be decoded' });
    const text = await frameOf(await file('text', 'text'), 1);
    assert.deepEqual(text.result, { reason: 'no picture of the film can be decoded' });
  });
});
