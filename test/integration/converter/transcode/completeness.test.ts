import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { INPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { createTranscode } from '../../../../services/converter/transcode/transcode.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { file, media, picture, tone, truncated, video } from '../../../support/media.ts';
import { randomNumbers } from '../../../support/random.ts';
import { tools } from '../../../support/tools.ts';

const limits = { maxDurationSeconds: 60, maxConvertSeconds: 240 };
const SECONDS = 6;
const film = [...picture(SECONDS), ...tone(SECONDS)];
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-c:a', 'aac'];
const front = () => media('front.mp4', ...film, ...x264, '-movflags', '+faststart');
const fragments = () => media('fragments.mp4', ...film, ...x264, '-movflags', 'frag_keyframe+empty_moov');
const segments = () =>
  media('segments.mp4', ...film, ...x264, '-movflags', '+dash+frag_keyframe+empty_moov+global_sidx');
const mkv = () => media('a.mkv', ...film, ...x264);
const wav = () => media('a.wav', ...tone(SECONDS));
const mp3 = () => media('a.mp3', ...tone(SECONDS), '-c:a', 'libmp3lame');

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-completeness-'));
});
after(() => rm(root, { recursive: true }));

async function convert(source: string, options: ConversionOptions = {}) {
  const folder = await mkdtemp(join(root, 'attempt-'));
  await copyFile(source, join(folder, INPUT));
  const transcode = createTranscode({ ...tools, limits });
  const encoded = await transcode({
    ...{ folder, options: { quality: 9, ...options }, signal: new AbortController().signal },
    ...{ onProbe: () => undefined, onTime: () => undefined },
  });
  return { seconds: (await encoded.verify()).seconds, warnings: encoded.warnings };
}

/** Copies a file up to a position: a share of it, or `bytes` behind the last `text`. */
async function cutBehind(source: Promise<string>, text: string, bytes: number): Promise<string> {
  const content = await readFile(await source);
  return await file('cut', content.subarray(0, content.lastIndexOf(text) + bytes));
}

describe('createTranscode › a file whose end is missing', { concurrency: 2 }, () => {
  const stated: [name: string, source: () => Promise<string>][] = [
    ['MP4 with its index in front', front],
    ['fragmented MP4 with an index of segments', segments],
    ['Matroska', mkv],
    ['AVI', () => media('a.avi', ...film, '-c:v', 'mpeg4', '-c:a', 'libmp3lame')],
    ['FLV', () => media('a.flv', ...film, '-c:v', 'flv', '-c:a', 'libmp3lame')],
    ['WMV', () => media('a.wmv', ...film, '-c:v', 'wmv2', '-c:a', 'wmav2')],
    ['WAV', wav],
    ['FLAC', () => media('a.flac', ...tone(SECONDS))],
    ['MP3', mp3],
  ];
  for (const [name, source] of stated) {
    it(`gives what there is of a cut ${name} file, and says how much of how much`, async () => {
      const path = await source();
      const random = randomNumbers((await stat(path)).size);
      const { seconds, warnings } = await convert(await truncated(path, 0.4 + random(50) / 100));
      const [warning, ...others] = warnings;
      assert.equal(warning?.code, 'truncated');
      assert.ok(Math.abs((warning.seconds ?? 0) - seconds) < 0.2, `${seconds} s: ${warning.detail}`);
      assert.ok(Math.abs((warning.of_seconds ?? 0) - SECONDS) < 0.2, warning.detail);
      assert.deepEqual(others, []);
    });
  }

  const unstated: [name: string, source: () => Promise<string>][] = [
    [
      'WebM as a browser records it',
      () => media('live.webm', ...tone(SECONDS), '-c:a', 'libopus', '-live', '1'),
    ],
    ['fragmented MP4', fragments],
    ['Ogg', () => media('a.opus', ...tone(SECONDS), '-c:a', 'libopus')],
  ];
  for (const [name, source] of unstated) {
    it(`gives what there is of a cut ${name} file, and says that its end is missing`, async () => {
      const { seconds, warnings } = await convert(await truncated(await source(), 0.63));
      assert.ok(seconds > 1 && seconds < 5, `${seconds} s`);
      assert.deepEqual(
        warnings.map(({ code, of_seconds }) => ({ code, of_seconds })),
        [{ code: 'truncated', of_seconds: undefined }],
      );
    });
  }

  const refused: [name: string, source: () => Promise<string>, options?: ConversionOptions][] = [
    ['half an MP4 with its index at the end', async () => truncated(await video(2, { faststart: false }))],
    ['an MP4 that ends before its first packet', () => cutBehind(front(), 'mdat', 50)],
    [
      'a file with fragments for each track that ends before the first one with sound',
      async () => truncated(await media('a.ismv', ...film, ...x264, '-g', '60'), 0.3),
    ],
    ['an Ogg file that ends in its headers', async () => truncated(await media('a.ogg', ...tone(1)), 0.3)],
    ['half an MP4, with the option strict', async () => truncated(await front()), { strict: true }],
    [
      'half of what was asked for, with the option strict',
      async () => truncated(await mkv()),
      { strict: true, end: 5 },
    ],
    ['half a WAV, with the option strict', async () => truncated(await wav()), { strict: true }],
  ];
  for (const [name, source, options] of refused) {
    it(`refuses ${name} as truncated`, async () => {
      await assert.rejects(convert(await source(), options), { code: 'truncated' });
    });
  }

  for (const [name, source] of [
    ['fragmented MP4', fragments],
    ['fragmented MP4 with an index of segments', segments],
  ] as const) {
    it(`gives all fragments of a ${name} before the one whose index is cut`, async () => {
      const { seconds, warnings } = await convert(await cutBehind(source(), 'moof', 250));
      assert.ok(seconds > 4 && seconds < 5.5, `${seconds} s`);
      assert.equal(warnings[0]?.code, 'truncated');
    });
  }

  it('says nothing where only a part was asked for that is there', async () => {
    const { seconds, warnings } = await convert(await truncated(await mkv()), { end: 2 });
    assert.ok(Math.abs(seconds - 2) < 0.1, `${seconds} s`);
    assert.deepEqual(warnings, []);
  });

  it('reports the missing end where a part was asked for that is not all there', async () => {
    const { seconds, warnings } = await convert(await truncated(await mkv()), { start: 1, end: 5 });
    assert.ok(seconds > 1 && seconds < 3, `${seconds} s`);
    assert.equal(warnings[0]?.code, 'truncated');
    assert.ok(Math.abs((warnings[0].seconds ?? 0) - seconds - 1) < 0.1, warnings[0].detail);
  });

  it('says nothing where a part was asked for that ends behind the sound of a whole file', async () => {
    const { seconds, warnings } = await convert(await mkv(), { start: 1, end: 50 });
    assert.ok(Math.abs(seconds - 5) < 0.2, `${seconds} s`);
    assert.deepEqual(warnings, []);
  });

  it('passes on the frames of half an MP3, and says that its end is missing', async () => {
    const { warnings } = await convert(await truncated(await mp3()), { copy: true });
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['truncated'],
    );
  });

  it('gives the sound of a whole file with strict', async () => {
    const { warnings } = await convert(await front(), { strict: true });
    assert.deepEqual(warnings, []);
  });
});

describe('createTranscode › a file whose header states too much', { concurrency: 2 }, () => {
  async function withNumber(
    source: Promise<string>,
    text: string,
    edit: (bytes: Buffer, at: number) => void,
  ) {
    const bytes = await readFile(await source);
    edit(bytes, bytes.indexOf(text, 0, 'latin1') + text.length);
    return await file('edited', bytes);
  }
  const table: [name: string, source: () => Promise<string>][] = [
    ['MP4', () => withNumber(front(), 'mvhd', (bytes, at) => bytes.writeUInt32BE(12_000, at + 16))],
    ['Matroska', () => withNumber(mkv(), '\x44\x89\x88', (bytes, at) => bytes.writeDoubleBE(12_000, at))],
    [
      'MP3',
      () =>
        withNumber(mp3(), 'Info', (bytes, at) => bytes.writeUInt32BE(bytes.readUInt32BE(at + 4) * 2, at + 4)),
    ],
  ];
  for (const options of [{}, { end: 5 }]) {
    it(`does not say that nothing is missing where the sound is damaged: ${JSON.stringify(options)}`, async () => {
      const noise = ['-f', 'lavfi', '-i', `anoisesrc=a=0.1:seed=1:d=${SECONDS}`];
      const broken = ['-c:a', 'libmp3lame', '-bsf:a', "noise=amount='gte(n,60)*2'"];
      const { warnings } = await convert(await media('broken.mp3', ...noise, ...broken), options);
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['damaged'],
      );
    });
  }

  for (const [name, source] of table) {
    it(`gives all sound of a whole ${name} file, and says that the header is wrong, with strict as well`, async () => {
      const { seconds, warnings } = await convert(await source(), { strict: true });
      assert.ok(Math.abs(seconds - SECONDS) < 0.2, `${seconds} s`);
      assert.deepEqual(
        warnings.map(({ code, of_seconds }) => ({ code, of_seconds: Math.round(of_seconds ?? 0) })),
        [{ code: 'header_length_wrong', of_seconds: 12 }],
      );
    });
  }
});
