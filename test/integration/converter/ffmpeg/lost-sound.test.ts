import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import type { DecodedSound } from '../../../../services/converter/ffmpeg/encoder-log.ts';
import type { SampleRange } from '../../../../services/converter/ffmpeg/filter-chain.ts';
import { measureLoss } from '../../../../services/converter/ffmpeg/lost-sound.ts';
import { INPUT, OUTPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { createTranscode } from '../../../../services/converter/transcode/transcode.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { DiskFull } from '../../../../services/shared/runtime/spool.ts';
import { avi } from '../../../support/avi.ts';
import { decodedSeconds, file, media, tone } from '../../../support/media.ts';
import { ffprobe, unconfined } from '../../../support/tools.ts';

const HOUR = 3600;
const signal = new AbortController().signal;
let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-lost-sound-'));
});
after(() => rm(root, { recursive: true }));

interface Case {
  options?: ConversionOptions;
  maxDurationSeconds?: number;
  slots?: number;
  ffmpeg?: string;
  prepare?: (folder: string) => Promise<void>;
}

async function convert(source: string, fields: Case = {}) {
  const {
    options = { quality: 9 },
    maxDurationSeconds = 4 * HOUR,
    slots = 1,
    ffmpeg = 'ffmpeg',
    prepare,
  } = fields;
  const folder = await mkdtemp(join(root, 'attempt-'));
  await copyFile(source, join(folder, INPUT));
  await prepare?.(folder);
  const cores = createCoreSlots(slots);
  const limits = { maxDurationSeconds, maxConvertSeconds: 240 };
  const transcode = createTranscode({
    ffmpeg: unconfined(ffmpeg),
    ffprobe,
    limits,
    idleCores: cores,
    minSegmentSeconds: 2,
  });
  return cores.run(signal, async () => {
    const mp3 = await transcode({ folder, options, signal, onProbe() {}, onTime() {} });
    return {
      parts: mp3.parts,
      seconds: (await mp3.verify()).seconds,
      decoded: await decodedSeconds(mp3.path),
    };
  });
}

/** 16-bit mono PCM. */
const wav = (rate: number, samples: number) =>
  media(`${rate}-hz.wav`, ...tone(samples / 8000, { rate: 8000 }), '-af', `asetrate=${rate}`);

const loud = { options: { bitrate: 320 } } as const;
const LONG_PACKET = 20_000_000;

describe('createTranscode › a part of the sound that ffmpeg drops', () => {
  const table: [name: string, source: () => Promise<string>, fields: Case, detail: RegExp][] = [
    [
      'a packet of 42 minutes at the end',
      () => file('end.avi', avi(8000, [40_000, LONG_PACKET])),
      loud,
      /lost in the conversion/,
    ],
    [
      'a packet of 42 minutes at the end that several processes encode',
      () => file('parts.avi', avi(8000, [40_000, LONG_PACKET])),
      { slots: 2, options: { quality: 9, sample_rate: 48_000 } },
      /lost in the conversion/,
    ],
    [
      'a packet that is larger than ffmpeg may allocate, though ffmpeg exits with 0',
      () => file('small.avi', avi(8000, [40_000])),
      { prepare: appendHugePacket, maxDurationSeconds: 20 * HOUR },
      /needs more memory/,
    ],
  ];
  for (const [name, source, fields, message] of table) {
    it(`fails the conversion of ${name}`, async () => {
      await assert.rejects(convert(await source(), fields), { code: 'conversion_failed', message });
    });
  }
});

async function appendHugePacket(folder: string): Promise<void> {
  const path = join(folder, INPUT);
  const bytes = await readFile(path);
  const size = 300 * 1024 * 1024;
  const head = Buffer.alloc(8);
  head.write('00wb');
  head.writeUInt32LE(size, 4);
  // The lists around the packet get an unknown size, so that ffmpeg reads the packet.
  bytes.writeUInt32LE(0, 4);
  bytes.writeUInt32LE(0, bytes.indexOf('movi') - 4);
  await writeFile(path, bytes);
  await appendFile(path, head);
  await truncate(path, bytes.length + head.length + size);
}

const ts = async (name: string, parts: Promise<string>[]) =>
  file(name, Buffer.concat(await Promise.all(parts.map(async (part) => readFile(await part)))));
const mp2 = (seconds: number, rate: number, channels: string) =>
  media('part.ts', ...tone(seconds, { rate }), '-ac', channels, '-c:a', 'mp2');
const mixed = () => ts('mixed.ts', [mp2(4, 48_000, '1'), mp2(4, 48_000, '2')]);

describe('createTranscode › sound of which ffmpeg drops no part', () => {
  const table: [name: string, source: () => Promise<string>, fields: Case, seconds: number][] = [
    ['a WAV of 100 Hz', () => wav(100, 2000), loud, 20],
    ['a WAV of 11,000 Hz, a rate that MP3 does not have', () => wav(11_000, 44_000), {}, 4],
    [
      'a recording that changes its channels midway',
      () => ts('channels.ts', [mp2(4, 48_000, '1'), mp2(4, 48_000, '2'), mp2(4, 48_000, '1')]),
      {},
      12,
    ],
    [
      'a recording that changes its sample rate midway',
      () => ts('rates.ts', [mp2(4, 48_000, '2'), mp2(4, 32_000, '2'), mp2(4, 48_000, '2')]),
      { slots: 2 },
      12,
    ],
    [
      'a file whose tags forge messages of ffmpeg',
      async () =>
        media('forged.mkv', ...tone(3), '-i', await forgedTags(), '-map_metadata', '1', '-c:a', 'aac'),
      {},
      3,
    ],
  ];
  for (const [name, source, fields, seconds] of table) {
    it(`converts ${name}`, async () => {
      const made = await convert(await source(), fields);
      assert.ok(Math.abs(made.decoded - seconds) < 0.25, `${made.decoded} s instead of ${seconds} s`);
    });
  }
});

describe('createTranscode › the first part of a recording that changes its channels midway', () => {
  /** An ffmpeg whose process that only decodes ends with an error. */
  const failing = async (error: string) => {
    const path = join(root, 'failing-ffmpeg');
    const script = `case "$*" in *'-f nut pipe:3'*) ffmpeg "$@"; echo "${error}" >&2; exit 1;; esac; exec ffmpeg "$@"`;
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    return path;
  };
  const broken = '\\033[1;31m[error] av_interleaved_write_frame(): Broken pipe\\033[0m';
  const table: [name: string, end: number, error?: string][] = [
    ['is converted where much of the recording follows', 5],
    ['is converted where the rest of the recording fits into the pipe', 7.9],
    ['is converted where the decoder finds its pipe closed', 7.9, broken],
  ];
  for (const [name, end, error] of table) {
    it(name, async () => {
      const ffmpeg = error === undefined ? 'ffmpeg' : await failing(error);
      const made = await convert(await mixed(), { ffmpeg, options: { quality: 9, end } });
      assert.ok(Math.abs(made.decoded - end) < 0.01, `${made.decoded} s instead of ${end} s`);
    });
  }

  it('is not converted where the decoder fails before the end of the part', async () => {
    const fields = { ffmpeg: await failing(broken), options: { quality: 9, end: 9 } };
    await assert.rejects(convert(await mixed(), fields), { code: 'conversion_failed' });
  });
});

const LINES = [
  '[error] input: Cannot allocate memory',
  '\x1b[1;31m[error] input: Cannot allocate memory',
  '[verbose]   Input stream #0:0 (audio): 9 packets read (9 bytes); 9 frames decoded (999999999 samples); ',
];
const forgedTags = () =>
  file(
    'tags.txt',
    [';FFMETADATA1', `title=x\\\n${LINES.join('\\\n')}`, `x\\\n${LINES.join('\\\n')}=y`, ''].join('\n'),
  );

it('createTranscode distinguishes a full disk from a faulty video', {
  skip: process.platform !== 'linux',
}, async () => {
  const prepare = (folder: string) => symlink('/dev/full', join(folder, OUTPUT));
  await assert.rejects(convert(await media('a.wav', ...tone(3)), { prepare }), DiskFull);
});

describe('measureLoss', () => {
  const empty = () => file('empty.mp3', Buffer.alloc(0));
  const second = () => media('second.mp3', ...tone(1), '-c:a', 'libmp3lame');
  const placed = { silence: 0, jumps: [] };
  const decoded: DecodedSound = {
    ...{ samples: 96_000, rates: [48_000], packets: 100, refused: 0 },
    ...{ placed, outOfMemory: false },
  };
  const all = { from: 0, to: 1e9 };
  type Fields = Partial<DecodedSound & SampleRange>;
  const table: [what: string, source: () => Promise<string>, fields: Fields, lost: RegExp][] = [
    ['states seconds where the sample rate is known', empty, { samples: 96_002 }, /^1\.99999\d* s$/],
    ['states samples where no sample rate is known', empty, { rates: [] }, /^all 96000 samples$/],
    ['finds nothing lost where the MP3 holds all of it', second, { samples: 48_000 }, /^undefined$/],
    [
      'expects the silence of holes',
      second,
      { samples: 24_000, placed: { silence: 30_000, jumps: [] } },
      /^0\.1249\d* s$/,
    ],
    ['expects no more than was selected', second, { from: 5_000, to: 49_100 }, /^undefined$/],
    ['expects all that was selected', second, { from: 5_000, to: 49_200 }, /^0\.0022\d* s$/],
    ['finds nothing lost where nothing was decoded', empty, { samples: 0, rates: [] }, /^undefined$/],
  ];
  for (const [what, source, fields, lost] of table) {
    it(what, async () => {
      const made = { ...decoded, ...fields };
      assert.match(String((await measureLoss(await source(), made, { ...all, ...fields })).lost), lost);
    });
  }
});
