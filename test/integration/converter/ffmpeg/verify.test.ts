import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OUTPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { verify } from '../../../../services/converter/ffmpeg/verify.ts';
import { media, tone } from '../../../support/media.ts';
import { ffmpeg, unconfined } from '../../../support/tools.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mp3converter-verify-'));
  await copyFile(await media('a.mp3', ...tone(2)), join(folder, OUTPUT));
});
after(() => rm(folder, { recursive: true }));

/** Verifies an MP3 of two seconds with an ffprobe that prints the given text. */
async function verifyWith(printed: string): Promise<number> {
  const ffprobe = join(folder, 'ffprobe');
  await writeFile(ffprobe, `#!/bin/sh\necho '${printed}'\n`, { mode: 0o700 });
  const { signal } = new AbortController();
  const verified = await verify({
    ffmpeg,
    ffprobe: unconfined(ffprobe),
    folder,
    maxDurationSeconds: 60,
    signal,
  });
  return verified.seconds;
}

describe('verify › the length that the header of the MP3 states', () => {
  for (const printed of ['N/A', '', 'nan', 'inf', '3.0', '1.5', '2.0 s', '0x2', '-2']) {
    it(`is refused when it is «${printed}», which differs from the length that plays`, () =>
      assert.rejects(verifyWith(printed), { code: 'conversion_failed' }));
  }

  it('is accepted when it is «2.037551», about the length that plays', async () => {
    assert.ok(Math.abs((await verifyWith('2.037551')) - 2) < 0.1);
  });
});
