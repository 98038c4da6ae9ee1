import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { file, media, tone } from '../../../support/media.ts';
import { probeEnds, probeWhole, send } from './probed.ts';

const SECONDS = 8;
/** The beginning of an MP3 is searched for its first frame in 64 KiB. */
const END_BYTES = 80 * 1024;
/** The share of a file that is there after the cut. */
const SHARE = 0.6;

/** A picture that cannot be compressed, so that the file has a middle. */
const noise = ['-f', 'lavfi', '-i', `nullsrc=s=160x96:r=10:d=${SECONDS},geq=random(1)*255:128:128`];
const film = [...noise, ...tone(SECONDS), '-c:v', 'mpeg4', '-q:v', '3'];
const loud = ['-f', 'lavfi', '-i', `anoisesrc=d=${5 * SECONDS}:r=44100:a=0.3`];

const STILL_READABLE: Record<string, [name: string, ...args: string[]]> = {
  'an MP4 with its index at the start': ['start.mp4', ...film, '-c:a', 'aac', '-movflags', '+faststart'],
  'a Matroska file': ['film.mkv', ...film, '-c:a', 'aac'],
  'an AVI': ['film.avi', ...film, '-c:a', 'mp3', '-b:a', '128k'],
  'an ASF file': ['film.asf', ...noise, ...tone(SECONDS), '-c:v', 'msmpeg4', '-q:v', '3', '-c:a', 'wmav2'],
  'a WAV': ['sound.wav', ...loud],
  'an MP3 of a variable bit rate': ['vbr.mp3', ...loud, '-q:a', '0'],
};

const cut = async (path: string, name: string): Promise<string> => {
  const bytes = await readFile(path);
  return file(name, bytes.subarray(0, Math.floor(bytes.length * SHARE)));
};

describe('a probe of a file whose end is missing', () => {
  for (const [what, [name, ...args]] of Object.entries(STILL_READABLE)) {
    it(`warns of ${what}, by its ends as by all of it`, async () => {
      const whole = await media(`cut-probe-${name}`, ...args);
      const path = await cut(whole, `cut-${name}`);
      for (const { warnings, error } of [await probeEnds(path, END_BYTES), await probeWhole(path)]) {
        assert.deepEqual([warnings[0]?.code, error], ['truncated', null]);
      }
      const { warnings } = await probeEnds(whole, END_BYTES);
      assert.deepEqual(warnings, []);
    });
  }

  /** The first is in the first element of each file. The last is in what is read from the end. */
  const seamsOf = (size: number) => [2, Math.floor(size / 2), size - 2];

  for (const [what, [name, ...args]] of Object.entries(STILL_READABLE)) {
    it(`warns of ${what} that is sent in two parts, wherever the parts touch each other`, async () => {
      const whole = await media(`cut-probe-${name}`, ...args);
      const path = await cut(whole, `seam-${name}`);
      const { size } = await stat(path);
      const expected = await probeWhole(path);
      assert.equal(expected.warnings[0]?.code, 'truncated');
      for (const head of seamsOf(size))
        assert.deepEqual(
          (await send(path, { head, tail: size - head })).json,
          expected,
          `${head} of ${size}`,
        );
    });
  }

  it('says that nothing can be converted without the index of an MP4', async () => {
    const path = await cut(await media('cut-probe-end.mp4', ...film, '-c:a', 'aac'), 'cut-end.mp4');
    for (const { error, complete } of [await probeEnds(path, END_BYTES), await probeWhole(path)]) {
      assert.deepEqual([error?.code, complete], ['truncated', true]);
    }
  });

  it('does not take bytes that follow a FLAC for a cut', async () => {
    const bytes = await readFile(await media('cut-probe.flac', ...loud));
    const path = await file('garbage.flac', Buffer.concat([bytes, Buffer.alloc(300_000, 7)]));
    assert.deepEqual((await probeEnds(path, END_BYTES)).warnings, []);
    assert.deepEqual((await probeWhole(path)).warnings, []);
  });
});
