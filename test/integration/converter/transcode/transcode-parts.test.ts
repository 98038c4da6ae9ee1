import assert from 'node:assert/strict';
import { appendFile, chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CoreSlots, createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import { INPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { createTranscode } from '../../../../services/converter/transcode/transcode.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { decodedSeconds, media, tone, truncated } from '../../../support/media.ts';
import { ffprobe, unconfined } from '../../../support/tools.ts';

const limits = { maxDurationSeconds: 60, maxConvertSeconds: 240 };
const never = new AbortController().signal;
let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-transcode-parts-'));
});
after(() => rm(root, { recursive: true }));

interface Case {
  options?: ConversionOptions;
  slots?: CoreSlots | undefined;
  minSegmentSeconds?: number;
  parallelCbr?: boolean;
  ffmpeg?: string;
}

async function convert(source: string, fields: Case = {}) {
  const { options = { quality: 9 }, minSegmentSeconds = 5, parallelCbr = true, ffmpeg = 'ffmpeg' } = fields;
  const slots = 'slots' in fields ? fields.slots : createCoreSlots(2);
  const folder = await mkdtemp(join(root, 'attempt-'));
  await copyFile(source, join(folder, INPUT));
  const transcode = createTranscode({
    ...{ ffmpeg: unconfined(ffmpeg), ffprobe, limits, minSegmentSeconds, parallelCbr },
    ...(slots && { idleCores: slots }),
  });
  const work = async () => {
    const request = { folder, options, signal: never, onProbe: () => undefined, onTime: () => undefined };
    const mp3 = await transcode(request);
    return {
      parts: mp3.parts,
      seconds: (await mp3.verify()).seconds,
      decoded: await decodedSeconds(mp3.path),
    };
  };
  return slots ? slots.run(never, work) : work();
}

const wav48 = () => media('48.wav', ...tone(12, { rate: 48_000 }));
const film = () => media('film.mp4', ...tone(12), '-c:a', 'aac');

describe('createTranscode › the number of cores', { concurrency: 2 }, () => {
  const webm = ['-c:a', 'libopus', '-live', '1'];
  const table: [name: string, parts: number, source: () => Promise<string>, fields: Case][] = [
    ['where one other core is idle', 2, film, {}],
    ['where three other cores are idle', 4, film, { slots: createCoreSlots(4), minSegmentSeconds: 2 }],
    ['for a sound that is too short for more', 2, film, { slots: createCoreSlots(8) }],
    ['where no other core is idle', 1, film, { slots: createCoreSlots(1) }],
    ['where idle cores are not known', 1, film, { slots: undefined }],
    ['for a short sound', 1, film, { minSegmentSeconds: 7 }],
    ['at a constant bit rate', 2, wav48, { options: { bitrate: 128 } }],
    [
      'at a constant bit rate that is not to be encoded in parts',
      1,
      wav48,
      { options: { bitrate: 128 }, parallelCbr: false },
    ],
    [
      'at a variable bit rate where a constant one is not to be encoded in parts',
      2,
      wav48,
      { parallelCbr: false },
    ],
    ['for an unknown length', 1, () => media('live.webm', ...tone(12), ...webm), {}],
  ];
  for (const [name, parts, source, fields] of table) {
    it(`is ${parts} ${name}`, async () => {
      const made = await convert(await source(), fields);
      assert.equal(made.parts, parts);
      assert.ok(Math.abs(made.seconds - 12) < 0.1 && Math.abs(made.decoded - 12) < 0.1, String(made.seconds));
    });
  }

  it('is 1 while another conversion runs', async () => {
    const slots = createCoreSlots(2);
    const gate = Promise.withResolvers<void>();
    const other = slots.run(never, () => gate.promise);
    assert.equal((await convert(await film(), { slots })).parts, 1);
    gate.resolve();
    await other;
    assert.equal((await convert(await film(), { slots })).parts, 2, 'the core is idle again');
  });
});

describe('createTranscode › a conversion on several cores', () => {
  const ac3 = (name: string, channels: string) =>
    media(name, ...tone(6), '-ac', channels, '-c:a', 'ac3', '-f', 'mpegts');

  it('encodes what half a fast-start MP4 holds', async () => {
    const source = await media('cut.mp4', ...tone(40), '-c:a', 'aac', '-movflags', '+faststart');
    const { parts, seconds } = await convert(await truncated(source));
    assert.equal(parts, 2);
    assert.ok(seconds > 15 && seconds < 25, String(seconds));
  });

  it('releases the idle core when it fails', async () => {
    const slots = createCoreSlots(2);
    await assert.rejects(convert(await media('long.wav', ...tone(70)), { slots }), { code: 'too_long' });
    assert.equal((await convert(await film(), { slots })).parts, 2);
  });

  it('starts over with one process for a source that changes its format midway', async () => {
    const changing = join(root, 'changing.ts');
    await copyFile(await ac3('two.ts', '2'), changing);
    await appendFile(changing, await readFile(await ac3('six.ts', '6')));
    const { parts, decoded } = await convert(changing, { minSegmentSeconds: 2 });
    assert.equal(parts, 1);
    assert.ok(Math.abs(decoded - 12) < 0.2, String(decoded));
  });

  it('does not take a kill of one process for a fault of the video', async () => {
    const tool = join(root, 'ffmpeg');
    await writeFile(
      tool,
      '#!/bin/sh\ncase "$*" in *part-1*) kill -9 $$;; *part-*) exec sleep 1000;; esac\nexec ffmpeg "$@"\n',
    );
    await chmod(tool, 0o755);
    await assert.rejects(convert(await film(), { ffmpeg: tool }), /SIGKILL/);
  });
});
