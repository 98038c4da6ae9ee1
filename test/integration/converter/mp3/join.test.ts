import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { NotJoinable } from '../../../../services/converter/failure.ts';
import { createReservoirPacker } from '../../../../services/converter/mp3/bit-reservoir.ts';
import { crc16 } from '../../../../services/converter/mp3/crc16.ts';
import { joinSegments } from '../../../../services/converter/mp3/join.ts';
import { VARIABLE_RATE } from '../../../../services/converter/mp3/join-method.ts';
import { type Segment, sampleRange } from '../../../../services/converter/mp3/segments.ts';
import {
  mainDataBegin,
  mainDataBytes,
  maxMainDataBegin,
} from '../../../../services/converter/mp3/side-info.ts';
import { readXingTag, writeXingTag } from '../../../../services/converter/mp3/xing-tag.ts';
import { media, tone } from '../../../support/media.ts';
import { decode, readMp3, type WholeMp3 } from './inspect-mp3.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-join-'));
});
after(() => rm(root, { recursive: true }));

const noise = (amplitude: number, rate = 44_100) => [
  ...['-f', 'lavfi', '-i'],
  `aevalsrc='${amplitude}*(random(0)-0.5)*exp(-9*mod(t,0.53))|0.3*sin(900*t*t)':s=${rate}:d=8`,
];
const mp3 = (name: string, source: string[], ...args: string[]) =>
  media(`${name}.mp3`, ...source, '-q:a', '2', ...args);
const bare = (name: string, source: string[]) => mp3(name, source, '-reservoir', '0');

describe('createReservoirPacker', () => {
  const pack = ({ frames }: WholeMp3) => {
    const packer = createReservoirPacker();
    const packed = frames.flatMap(({ bytes, header }) => packer.push(bytes, header));
    return [...packed, ...packer.end()];
  };

  for (const [name, source] of [
    ['MPEG-1 stereo', noise(1)],
    ['MPEG-1 mono', tone(8)],
    ['MPEG-2 stereo', noise(1, 22_050)],
    ['MPEG-2.5 mono', tone(8, { rate: 8000 })],
    ['silence', ['-f', 'lavfi', '-i', 'anullsrc=d=8']],
  ] as const) {
    it(`makes ${name} smaller, with the same sound`, async () => {
      const file = await readMp3(await bare('packed', [...source]));
      const packed = pack(file);
      assert.equal(packed.length, file.frames.length);
      const before = Buffer.concat(file.frames.map(({ bytes }) => bytes));
      const after = Buffer.concat(packed);
      assert.ok(after.length <= before.length, `${after.length} of ${before.length} bytes`);
      const paths = [join(root, 'before.mp3'), join(root, 'after.mp3')] as const;
      await writeFile(paths[0], Buffer.concat([file.tagFrame.bytes, before]));
      const info = Buffer.from(file.tagFrame.bytes);
      const bytes = info.length + after.length;
      writeXingTag(info, file.tagFrame.header, { ...file.tag, bytes, crc: 0, offsets: [], variable: true });
      await writeFile(paths[1], Buffer.concat([info, after]));
      assert.ok((await decode(paths[0])).equals(await decode(paths[1])));
    });
  }

  it('lets main data begin as early as the standard allows, but not before the sound', async () => {
    const file = await readMp3(await bare('reach', noise(1)));
    const packed = pack(file);
    const begins = packed.map((bytes, index) => {
      const { header } = file.frames[index] ?? assert.fail();
      assert.equal(mainDataBytes(bytes, header), mainDataBytes(file.frames[index]?.bytes ?? bytes, header));
      assert.ok(mainDataBegin(bytes, header) <= maxMainDataBegin(header));
      return mainDataBegin(bytes, header);
    });
    assert.equal(begins[0], 0);
    assert.ok(Math.max(...begins) > 64);
  });

  it('refuses frames that use a reservoir already', async () => {
    const file = await readMp3(await mp3('has', noise(1)));
    assert.throws(() => pack(file), NotJoinable);
  });
});

describe('the Xing tag', () => {
  it('is the same after it was read and written, with its CRC', async () => {
    const { tagFrame: info, tag, frames } = await readMp3(await mp3('tag', noise(1)));
    const music = Buffer.concat(frames.map(({ bytes }) => bytes));
    const offsets = Array.from({ length: 100 }, (_, percent) => {
      const before = frames.slice(0, Math.ceil((percent * frames.length) / 100));
      return before.reduce((sum, { bytes }) => sum + bytes.length, info.bytes.length);
    });
    const copy = Buffer.from(info.bytes);
    const bytes = info.bytes.length + music.length;
    writeXingTag(copy, info.header, { ...tag, bytes, crc: crc16(music), offsets, variable: true });
    const name = info.bytes.indexOf('Xing');
    assert.equal(info.bytes.readUInt16BE(name + 154), crc16(info.bytes.subarray(0, 190)));
    // ffmpeg rounds the table of contents in another way, so that the tags are compared without it.
    copy.copy(info.bytes, name + 16, name + 16, name + 116);
    assert.deepEqual(copy.subarray(0, name + 154), info.bytes.subarray(0, name + 154));
    assert.equal(copy.readUInt16BE(name + 154), crc16(copy.subarray(0, 190)));
  });

  it('is missing in a frame of sound', async () => {
    const { frames } = await readMp3(await bare('none', noise(1)));
    const [frame] = frames;
    assert.ok(frame);
    assert.equal(readXingTag(frame.bytes, frame.header), undefined);
  });
});

describe('joinSegments', () => {
  const segments: Segment[] = [
    { encodeFrom: 0, keepFrom: 0, keepUntil: 150 },
    { encodeFrom: 54, keepFrom: 150, keepUntil: undefined },
  ];
  const part = (source: string[], segment: Segment | undefined, shift = 0, ...args: string[]) => {
    const { from, to } = sampleRange(segment ?? assert.fail(), 44_100, VARIABLE_RATE.overlap);
    const end = to === undefined ? '' : `:end_sample=${to + shift}`;
    const cut = `atrim=start_sample=${from + shift}${end},asetpts=N/SR/TB`;
    return mp3('part', source, '-reservoir', '0', '-af', cut, ...args);
  };
  const joined = async (...paths: Promise<string>[]) => {
    const output = join(await mkdtemp(join(root, 'joined-')), 'joined.mp3');
    const signal = new AbortController().signal;
    await joinSegments(segments, await Promise.all(paths), {
      output,
      rate: 44_100,
      method: VARIABLE_RATE,
      signal,
    });
    return output;
  };
  const [one, two] = segments;

  it('makes of parts that agree what one encoder makes', async () => {
    const whole = await bare('whole', noise(1));
    const made = await joined(part(noise(1), one), part(noise(1), two));
    assert.ok((await decode(made)).equals(await decode(whole)));
    assert.deepEqual((await readMp3(made)).tag, (await readMp3(whole)).tag);
  });

  const table: [string, () => Promise<string>, () => Promise<string>][] = [
    ['parts of different sound', () => part(noise(1), one), () => part(noise(0.5), two)],
    ['a second part that is one sample late', () => part(noise(1), one), () => part(noise(1), two, 1)],
    ['a second part that is one frame late', () => part(noise(1), one), () => part(noise(1), two, 1152)],
    [
      'a first part that is too long',
      () => mp3('long', noise(1), '-reservoir', '0'),
      () => part(noise(1), two),
    ],
    [
      'a part with another sample rate',
      () => part(noise(1), one, 0, '-ar', '48000'),
      () => part(noise(1), two),
    ],
    [
      'a part without a Xing tag',
      () => part(noise(1), one, 0, '-write_xing', '0'),
      () => part(noise(1), two),
    ],
    [
      'a second part that is cut off',
      () => part(noise(1), one),
      async () => {
        const path = join(root, 'cut.mp3');
        await writeFile(path, (await readFile(await part(noise(1), two))).subarray(0, -1));
        return path;
      },
    ],
    [
      'a second part without its last frame',
      () => part(noise(1), one),
      async () => {
        const path = join(root, 'less.mp3');
        const { frames } = await readMp3(await part(noise(1), two));
        const last = frames.at(-1)?.bytes.length ?? 0;
        await writeFile(path, (await readFile(await part(noise(1), two))).subarray(0, -last));
        return path;
      },
    ],
  ];
  for (const [name, first, second] of table) {
    it(`throws NotJoinable for ${name}`, async () => {
      await assert.rejects(joined(first(), second()), NotJoinable);
    });
  }
});
