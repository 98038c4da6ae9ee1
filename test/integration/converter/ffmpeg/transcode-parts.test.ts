import assert from 'node:assert/strict';
import { appendFile, chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createSlots, type Slots } from '../../../../services/converter/capacity/core-slots.ts';
import { createTranscode } from '../../../../services/converter/ffmpeg/transcode.ts';
import { INPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/job.ts';
import { decodedSeconds, media, tone, truncated } from '../../../support/media.ts';

const limits = { maxDurationSeconds: 60, maxConvertSeconds: 60 };
const never = new AbortController().signal;
let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-transcode-parts-'));
});
after(() => rm(root, { recursive: true }));

interface Case {
  options?: ConversionOptions;
  slots?: Slots | undefined;
  minSegmentSeconds?: number;
  ffmpeg?: string;
}

async function convert(source: string, fields: Case = {}) {
  const { options = { quality: 9 }, minSegmentSeconds = 5, ffmpeg = 'ffmpeg' } = fields;
  const slots = 'slots' in fields ? fields.slots : createSlots(2);
  const folder = await mkdtemp(join(root, 'attempt-'));
  await copyFile(source, join(folder, INPUT));
  const spare = slots && { spare: slots };
  const transcode = createTranscode({ ffmpeg, ffprobe: 'ffprobe', limits, minSegmentSeconds, ...spare });
  const work = async () => {
    const request = { folder, options, signal: never, onProbe: () => undefined, onTime: () => undefined };
    const mp3 = await transcode(request);
    return { parts: mp3.parts, seconds: await mp3.verify(), decoded: await decodedSeconds(mp3.path) };
  };
  return slots ? slots.run(never, work) : work();
}

/** At 48 kHz, frames of a constant bit rate need no padding, and parts of them would fit together. */
const wav48 = () => media('48.wav', ...tone(12, { rate: 48_000 }));
const film = () => media('film.mp4', ...tone(12), '-c:a', 'aac');

describe('cores that a conversion uses', { concurrency: 2 }, () => {
  const webm = ['-c:a', 'libopus', '-live', '1'];
  const table: [name: string, parts: number, source: () => Promise<string>, fields: Case][] = [
    ['an idle one more', 2, film, {}],
    ['as many as there are', 4, film, { slots: createSlots(4), minSegmentSeconds: 2 }],
    ['no more than the sound is long', 2, film, { slots: createSlots(8) }],
    ['its own, when no other is idle', 1, film, { slots: createSlots(1) }],
    ['its own, when it knows of none', 1, film, { slots: undefined }],
    ['its own, for a short one', 1, film, { minSegmentSeconds: 7 }],
    ['its own, for a constant bit rate', 1, wav48, { options: { bitrate: 128 } }],
    ['its own, for an unknown length', 1, () => media('live.webm', ...tone(12), ...webm), {}],
  ];
  for (const [name, parts, source, fields] of table) {
    it(name, async () => {
      const made = await convert(await source(), fields);
      assert.equal(made.parts, parts);
      assert.ok(Math.abs(made.seconds - 12) < 0.1 && Math.abs(made.decoded - 12) < 0.1, String(made.seconds));
    });
  }

  it('a busy service lends none', async () => {
    const slots = createSlots(2);
    const gate = Promise.withResolvers<void>();
    const other = slots.run(never, () => gate.promise);
    assert.equal((await convert(await film(), { slots })).parts, 1);
    gate.resolve();
    await other;
    assert.equal((await convert(await film(), { slots })).parts, 2, 'nothing is lent any more');
  });
});

describe('in parts as in one', () => {
  const ac3 = (name: string, channels: string) =>
    media(name, ...tone(6), '-ac', channels, '-c:a', 'ac3', '-f', 'mpegts');

  it('half a fast-start MP4 is truncated', async () => {
    const source = await media('cut.mp4', ...tone(40), '-c:a', 'aac', '-movflags', '+faststart');
    const slots = createSlots(2);
    await assert.rejects(convert(await truncated(source), { slots }), { code: 'truncated' });
    assert.equal((await convert(await film(), { slots })).parts, 2, 'a failure gives the loan back');
  });

  it('a source that changes on the way is encoded in one', async () => {
    const changing = join(root, 'changing.ts');
    await copyFile(await ac3('two.ts', '2'), changing);
    await appendFile(changing, await readFile(await ac3('six.ts', '6')));
    const { parts, decoded } = await convert(changing, { minSegmentSeconds: 2 });
    assert.equal(parts, 1);
    assert.ok(Math.abs(decoded - 12) < 0.2, String(decoded));
  });

  it('a kill from elsewhere is no fault of the video', async () => {
    const tool = join(root, 'ffmpeg');
    await writeFile(tool, '#!/bin/sh\ncase "$*" in *part-1*) kill -9 $$;; esac\nexec sleep 1000\n');
    await chmod(tool, 0o755);
    await assert.rejects(convert(await film(), { ffmpeg: tool }), /SIGKILL/);
  });
});
