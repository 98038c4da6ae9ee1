import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkFrames } from '../../../../services/converter/mp3/check-frames.ts';
import { crc16 } from '../../../../services/converter/mp3/crc16.ts';
import { HEADER_BYTES } from '../../../../services/converter/mp3/frame-header.ts';
import { type Frame, readFrames, readTags } from '../../../../services/converter/mp3/frame-reader.ts';
import { joinSegments } from '../../../../services/converter/mp3/join.ts';
import { VARIABLE_RATE } from '../../../../services/converter/mp3/join-method.ts';
import { planSegments } from '../../../../services/converter/mp3/segments.ts';
import { mainDataBegin, setMainDataBegin } from '../../../../services/converter/mp3/side-info.ts';
import { writeXingTag } from '../../../../services/converter/mp3/xing-tag.ts';
import { media } from '../../../support/media.ts';
import { randomBytes, randomNumbers } from '../../../support/random.ts';

const { signal } = new AbortController();
const MUTATIONS = 150;

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-check-frames-'));
});
after(() => rm(root, { recursive: true }));

const SECONDS = 3.21;
const encoded = (rate: number, channels: 1 | 2, ...encoding: string[]) =>
  media(
    'sound.mp3',
    ...['-f', 'lavfi', '-i', `anoisesrc=c=pink:d=${SECONDS}:seed=3:a=0.4:r=${rate}`, '-ac', String(channels)],
    ...['-id3v2_version', '0', ...encoding],
  );

/** An MP3 that our own code gave a bit reservoir. */
async function joined(): Promise<string> {
  const rate = 44_100;
  const output = join(root, 'joined.mp3');
  const method = VARIABLE_RATE;
  const segments = planSegments({ seconds: SECONDS, sampleRate: rate, count: 1, overlap: method.overlap });
  const part = await encoded(rate, 2, '-q:a', '2', '-reservoir', '0');
  await joinSegments(segments, [part], { output, rate, method, signal });
  return output;
}

const MP3S: [what: string, make: () => Promise<string>, rate: number][] = [
  ['of a variable bit rate', () => encoded(44_100, 2, '-q:a', '2'), 44_100],
  ['of a constant bit rate', () => encoded(48_000, 2, '-b:a', '128k'), 48_000],
  ['of the highest bit rate, in mono', () => encoded(32_000, 1, '-b:a', '320k'), 32_000],
  ['of a low sample rate', () => encoded(22_050, 2, '-q:a', '5'), 22_050],
  ['of the lowest sample rate, in mono', () => encoded(8000, 1, '-b:a', '8k'), 8000],
  ['that was joined', joined, 44_100],
];

/** Checks the bytes as a file. */
async function check(bytes: Buffer) {
  const path = join(root, 'checked.mp3');
  await writeFile(path, bytes);
  return checkFrames(path, signal);
}

interface Parts {
  tagFrame: Frame;
  frames: Frame[];
}

async function partsOf(path: string): Promise<Parts> {
  const mp3 = await readTags(path);
  const frames: Frame[] = [];
  for await (const some of readFrames(mp3)) frames.push(...some);
  return { tagFrame: mp3.tagFrame, frames };
}

const assemble = ({ tagFrame, frames }: Parts): Buffer =>
  Buffer.concat([tagFrame, ...frames].map(({ bytes }) => bytes));

/** The same file with a tag that agrees with its frames, as if our own code had written it. */
function withRightTag({ tagFrame, frames }: Parts): Buffer {
  const music = Buffer.concat(frames.map(({ bytes }) => bytes));
  const bytes = Buffer.from(tagFrame.bytes);
  const fields = { frames: frames.length, delay: 1105, padding: 600, bytes: bytes.length + music.length };
  writeXingTag(bytes, tagFrame.header, { ...fields, crc: crc16(music), variable: true, offsets: [] });
  return Buffer.concat([bytes, music]);
}

type Random = (below: number) => number;

/** Ways to damage a file. */
const DAMAGES: [what: string, damage: (bytes: Buffer, random: Random) => Buffer][] = [
  [
    'one bit is flipped',
    (bytes, random) => {
      const at = random(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
    },
  ],
  ['its end is cut off', (bytes, random) => bytes.subarray(0, random(bytes.length - 1))],
  [
    'something follows it',
    (bytes, random) => Buffer.concat([bytes, randomBytes(1 + random(999), random(99))]),
  ],
  [
    'bytes are missing',
    (bytes, random) => {
      const at = random(bytes.length - 1);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(2000))]);
    },
  ],
  [
    'bytes were overwritten',
    (bytes, random) => {
      const noise = randomBytes(4 + random(4000), 1 + random(200));
      noise.copy(bytes, random(bytes.length - 4));
      return bytes;
    },
  ],
];

/** Ways to damage the sequence of frames. */
const CHANGES: [what: string, change: (frames: Frame[], random: Random) => Frame[]][] = [
  ['a frame is missing', (frames, random) => frames.toSpliced(random(frames.length), 1)],
  [
    'a frame is there twice',
    (frames, random) => {
      const at = random(frames.length);
      return frames.toSpliced(at, 0, frames[at] as Frame);
    },
  ],
];

describe('checkFrames', () => {
  for (const [what, make, rate] of MP3S) {
    it(`accepts an MP3 ${what}, and counts its samples`, async () => {
      const { header, samples } = await checkFrames(await make(), signal);
      assert.equal(header.sampleRate, rate);
      assert.ok(Math.abs(samples - SECONDS * rate) <= 1152, String(samples));
    });

    for (const [damaged, damage] of DAMAGES) {
      it(`refuses an MP3 ${what} where ${damaged}`, async () => {
        const bytes = await readFile(await make());
        const random = randomNumbers(7);
        for (let run = 0; run < MUTATIONS; run++)
          await assert.rejects(
            check(damage(Buffer.from(bytes), random)),
            { code: 'conversion_failed' },
            `run ${run}`,
          );
      });
    }

    for (const [changed, change] of CHANGES) {
      it(`refuses an MP3 ${what} where ${changed}`, async () => {
        const parts = await partsOf(await make());
        const random = randomNumbers(5);
        for (let run = 0; run < MUTATIONS / 10; run++) {
          const frames = change(parts.frames, random);
          await assert.rejects(check(assemble({ ...parts, frames })), { code: 'conversion_failed' });
        }
      });
    }
  }

  /** Faults that the checksum does not find, because whoever wrote the file has computed it after them. */
  const WRONG: [what: string, change: (parts: Parts) => Parts, message: RegExp][] = [
    [
      'whose first frame needs data in front of the file',
      ({ tagFrame, frames }) => ({ tagFrame, frames: frames.slice(firstWithReservoir(frames)) }),
      /begins in that of another/,
    ],
    [
      'with two frames that use the same data',
      ({ tagFrame, frames }) => {
        const at = firstWithReservoir(frames);
        return { tagFrame, frames: frames.toSpliced(at, 0, frames[at] as Frame) };
      },
      /begins in that of another/,
    ],
    ['with a frame of more data than it has room for', withFullFrame, /does not fit/],
    [
      'with a frame of another format',
      ({ tagFrame, frames }) => {
        const mono = Buffer.from(frames[40]?.bytes ?? []);
        mono[3] = (mono[3] ?? 0) | 0xc0;
        return { tagFrame, frames: frames.with(40, { header: tagFrame.header, bytes: mono }) };
      },
      /another format/,
    ],
  ];
  for (const [what, change, message] of WRONG) {
    it(`refuses an MP3 ${what}, although its tag is right`, async () => {
      const parts = await partsOf(await encoded(44_100, 2, '-q:a', '2'));
      await assert.doesNotReject(check(withRightTag(parts)));
      const error: Error = await check(withRightTag(change(parts))).then(
        () => assert.fail('the MP3 was accepted'),
        (reason: Error) => reason,
      );
      assert.match(String(error.cause), message);
    });
  }

  it('ends with the reason of the signal', async () => {
    const stop = AbortSignal.abort(new Error('enough'));
    await assert.rejects(checkFrames(await encoded(44_100, 2, '-q:a', '2'), stop), /enough/);
  });

  it('rejects with the error of the disk where the file is not there', async () => {
    await assert.rejects(checkFrames(join(root, 'missing.mp3'), signal), { code: 'ENOENT' });
  });
});

const firstWithReservoir = (frames: readonly Frame[]): number =>
  frames.findIndex(({ bytes, header }) => mainDataBegin(bytes, header) > 0);

/** Moves the data of the frame that is fullest behind its end. */
function withFullFrame({ tagFrame, frames }: Parts): Parts {
  const at = frames.length - 1;
  const { header, bytes } = frames[at] as Frame;
  const full = Buffer.from(bytes);
  setMainDataBegin(full, header, 0);
  // All parts of the data have the longest length that can be stated.
  full.fill(0xff, HEADER_BYTES + 2, HEADER_BYTES + header.sideInfoBytes);
  return { tagFrame, frames: frames.with(at, { header, bytes: full }) };
}
