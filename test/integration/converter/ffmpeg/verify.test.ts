import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OUTPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { verify } from '../../../../services/converter/ffmpeg/verify.ts';
import { readTags } from '../../../../services/converter/mp3/frame-reader.ts';
import { media, tone } from '../../../support/media.ts';
import { ffmpeg } from '../../../support/tools.ts';

/** Samples of a frame, and in a second. */
const FRAME = 1152;
const RATE = 44_100;

let folder: string;
let mp3: Buffer;
/** Where the Xing tag has its name. */
let xing: number;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mp3converter-verify-'));
  const path = await media('a.mp3', ...tone(2));
  mp3 = await readFile(path);
  const { id3Bytes, tagFrame } = await readTags(path);
  xing = id3Bytes + 4 + tagFrame.header.sideInfoBytes;
});
after(() => rm(folder, { recursive: true }));

/** Verifies an MP3 of two seconds after a change of its bytes. */
async function verifyWith(change: (bytes: Buffer) => void): Promise<number> {
  const bytes = Buffer.from(mp3);
  change(bytes);
  await writeFile(join(folder, OUTPUT), bytes);
  const { signal } = new AbortController();
  return (await verify({ ffmpeg, folder, maxDurationSeconds: 60, signal })).seconds;
}

const stating = (seconds: number) => (bytes: Buffer) => {
  bytes.writeUInt32BE(Math.round((seconds * RATE) / FRAME), xing + 8);
};

describe('verify › the length that the header of the MP3 states', () => {
  for (const seconds of [0, 1.5, 1.6, 2.4, 3, 100_000_000]) {
    it(`is refused when it is ${seconds} s, which differs from the length that plays`, () =>
      assert.rejects(verifyWith(stating(seconds)), { code: 'conversion_failed' }));
  }

  it('is refused when there is no header', () =>
    assert.rejects(
      verifyWith((bytes) => bytes.write('Xxng', xing, 'latin1')),
      { code: 'conversion_failed' },
    ));

  it('is accepted when it is 2.037551 s, about the length that plays', async () => {
    assert.ok(Math.abs((await verifyWith(stating(2.037551))) - 2) < 0.1);
  });
});
