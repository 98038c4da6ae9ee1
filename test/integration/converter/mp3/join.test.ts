import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { NotJoinable } from '../../../../services/converter/failure.ts';
import { createReservoirPacker } from '../../../../services/converter/mp3/bit-reservoir.ts';
import { crc16 } from '../../../../services/converter/mp3/crc16.ts';
import { joinSegments } from '../../../../services/converter/mp3/join.ts';
import { type Segment, samplesOf } from '../../../../services/converter/mp3/segments.ts';
import {
  mainDataBegin,
  mainDataBytes,
  maxMainDataBegin,
} from '../../../../services/converter/mp3/side-info.ts';
import { readInfoTag, writeInfoTag } from '../../../../services/converter/mp3/xing-tag.ts';
import { media, tone } from '../../../support/media.ts';
import { framesIn, played, type Taken } from './frames.ts';

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

describe('the bit reservoir', () => {
  const pack = ({ frames }: Taken) => {
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
    it(`${name}: less bytes, the same sound`, async () => {
      const file = await framesIn(await bare('packed', [...source]));
      const packed = pack(file);
      assert.equal(packed.length, file.frames.length);
      const before = Buffer.concat(file.frames.map(({ bytes }) => bytes));
      const after = Buffer.concat(packed);
      assert.ok(after.length <= before.length, `${after.length} of ${before.length} bytes`);
      const paths = [join(root, 'before.mp3'), join(root, 'after.mp3')] as const;
      await writeFile(paths[0], Buffer.concat([file.info.bytes, before]));
      const info = Buffer.from(file.info.bytes);
      const bytes = info.length + after.length;
      writeInfoTag(info, file.info.header, { ...file.tag, bytes, crc: 0, offsets: [], variable: true });
      await writeFile(paths[1], Buffer.concat([info, after]));
      assert.ok((await played(paths[0])).equals(await played(paths[1])));
    });
  }

  it('reaches back as far as the standard allows, and not before the sound', async () => {
    const file = await framesIn(await bare('reach', noise(1)));
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

  it('is not made of frames that have one', async () => {
    const file = await framesIn(await mp3('has', noise(1)));
    assert.throws(() => pack(file), NotJoinable);
  });
});

describe('the Info tag', () => {
  it('read and written again is the same, its CRC included', async () => {
    const { info, tag, frames } = await framesIn(await mp3('tag', noise(1)));
    const music = Buffer.concat(frames.map(({ bytes }) => bytes));
    const offsets = Array.from({ length: 100 }, (_, percent) => {
      const before = frames.slice(0, Math.ceil((percent * frames.length) / 100));
      return before.reduce((sum, { bytes }) => sum + bytes.length, info.bytes.length);
    });
    const copy = Buffer.from(info.bytes);
    const bytes = info.bytes.length + music.length;
    writeInfoTag(copy, info.header, { ...tag, bytes, crc: crc16(music), offsets, variable: true });
    const name = info.bytes.indexOf('Xing');
    assert.equal(info.bytes.readUInt16BE(name + 154), crc16(info.bytes.subarray(0, 190)));
    // ffmpeg rounds its table of contents otherwise; the rest of the tag, which states it, is compared without.
    copy.copy(info.bytes, name + 16, name + 16, name + 116);
    assert.deepEqual(copy.subarray(0, name + 154), info.bytes.subarray(0, name + 154));
    assert.equal(copy.readUInt16BE(name + 154), crc16(copy.subarray(0, 190)));
  });

  it('the CRC is that of the LAME tag', () => {
    // The check value of CRC-16/ARC.
    assert.equal(crc16(Buffer.from('123456789')), 0xbb3d);
    assert.equal(crc16(Buffer.from('6789'), crc16(Buffer.from('12345'))), 0xbb3d);
  });

  it('a frame of sound has none', async () => {
    const { frames } = await framesIn(await bare('none', noise(1)));
    const [frame] = frames;
    assert.ok(frame);
    assert.equal(readInfoTag(frame.bytes, frame.header), undefined);
  });
});

describe('parts', () => {
  const segments: Segment[] = [
    { start: 0, first: 0, end: 150 },
    { start: 54, first: 150, end: undefined },
  ];
  const part = (source: string[], segment: Segment | undefined, shift = 0, ...args: string[]) => {
    const { from, to } = samplesOf(segment ?? assert.fail(), 44_100);
    const end = to === undefined ? '' : `:end_sample=${to + shift}`;
    const cut = `atrim=start_sample=${from + shift}${end},asetpts=N/SR/TB`;
    return mp3('part', source, '-reservoir', '0', '-af', cut, ...args);
  };
  const joined = async (...paths: Promise<string>[]) => {
    const output = join(await mkdtemp(join(root, 'joined-')), 'joined.mp3');
    const signal = new AbortController().signal;
    await joinSegments(segments, await Promise.all(paths), { output, rate: 44_100, signal });
    return output;
  };
  const [one, two] = segments;

  it('that agree make what one encoder makes', async () => {
    const whole = await bare('whole', noise(1));
    const made = await joined(part(noise(1), one), part(noise(1), two));
    assert.ok((await played(made)).equals(await played(whole)));
    assert.deepEqual((await framesIn(made)).tag, (await framesIn(whole)).tag);
  });

  const table: [string, () => Promise<string>, () => Promise<string>][] = [
    ['other sound', () => part(noise(1), one), () => part(noise(0.5), two)],
    ['the second one sample late', () => part(noise(1), one), () => part(noise(1), two, 1)],
    ['the second one frame late', () => part(noise(1), one), () => part(noise(1), two, 1152)],
    ['the first too long', () => mp3('long', noise(1), '-reservoir', '0'), () => part(noise(1), two)],
    ['another sample rate', () => part(noise(1), one, 0, '-ar', '48000'), () => part(noise(1), two)],
    ['no Info tag', () => part(noise(1), one, 0, '-write_xing', '0'), () => part(noise(1), two)],
    [
      'the second cut',
      () => part(noise(1), one),
      async () => {
        const path = join(root, 'cut.mp3');
        await writeFile(path, (await readFile(await part(noise(1), two))).subarray(0, -1));
        return path;
      },
    ],
    [
      'the second without its last frame',
      () => part(noise(1), one),
      async () => {
        const path = join(root, 'less.mp3');
        const { frames } = await framesIn(await part(noise(1), two));
        const last = frames.at(-1)?.bytes.length ?? 0;
        await writeFile(path, (await readFile(await part(noise(1), two))).subarray(0, -last));
        return path;
      },
    ],
  ];
  for (const [name, first, second] of table) {
    it(`do not fit: ${name}`, async () => {
      await assert.rejects(joined(first(), second()), NotJoinable);
    });
  }
});
