import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { planSmallerFile, planSound } from '../../../../../services/gateway/sound/plan-sound.ts';
import { memoryFile } from '../../../../support/local-file.ts';
import { media, picture, tone } from '../../../../support/media.ts';

const ENCODERS = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'];
const film = (...args: string[]) => media('film.mp4', ...picture(1), ...tone(1), ...ENCODERS, ...args);
const silent = () => media('silent.mp4', ...picture(1), ...ENCODERS);
const audioOnly = () => media('sound.m4a', ...tone(1), '-c:a', 'aac');
const encrypted = () =>
  film(
    '-encryption_scheme',
    'cenc-aes-ctr',
    '-encryption_key',
    '76a6c65c5ea762046bd749a2e632ccbb',
    '-encryption_kid',
    'a7e61c373e219033c21091fa607bf3b8',
  );

/** Replaces each `type` of a box by another one, or changes the bytes behind it. */
async function changed(
  path: Promise<string>,
  type: string,
  change: (bytes: Buffer, at: number) => void,
): Promise<Buffer> {
  const bytes = await readFile(await path);
  let at = bytes.indexOf(type, 0, 'latin1');
  assert.ok(at >= 0, type);
  for (; at >= 0; at = bytes.indexOf(type, at + 4, 'latin1')) change(bytes, at);
  return bytes;
}

const rename = (name: string) => (bytes: Buffer, at: number) => void bytes.write(name, at, 'latin1');
const { signal } = new AbortController();

describe('planSmallerFile', () => {
  const table: [name: string, make: () => Promise<Buffer>, options?: Record<string, string>][] = [
    ['without sound', async () => readFile(await silent())],
    ['that is encrypted', async () => readFile(await encrypted())],
    ['with a track that does not exist', async () => readFile(await film()), { track: '2' }],
    ['with a language that it does not have', async () => readFile(await film()), { track: 'fra' }],
    ['of which a picture is wanted', async () => readFile(await film()), { cover: 'frame' }],
    ['whose format of sound is unknown', () => changed(film(), 'mp4a', rename('ac-4'))],
    ['whose picture has no setup for its decoder', () => changed(film(), 'avcC', rename('free'))],
    ['without an index', () => changed(film(), 'moov', rename('free'))],
    [
      'with two indexes',
      async () => {
        const bytes = await readFile(await film());
        const at = bytes.indexOf('moov', 0, 'latin1') - 4;
        return Buffer.concat([bytes, bytes.subarray(at, at + bytes.readUInt32BE(at))]);
      },
    ],
    ['with a compressed index', () => changed(film(), 'mvhd', rename('cmov'))],
    ['whose tables have compact sizes', () => changed(film(), 'stsz', rename('stz2'))],
    [
      'whose chunks are beyond its end',
      () => changed(film(), 'stco', (bytes, at) => void bytes.writeUInt32BE(bytes.length - 5, at + 12)),
    ],
    [
      'whose chunks are in its index',
      () => changed(film(), 'stco', (bytes, at) => void bytes.writeUInt32BE(4, at + 12)),
    ],
    [
      'whose tables contradict each other',
      () =>
        changed(
          film(),
          'stsz',
          (bytes, at) => void bytes.writeUInt32BE(bytes.readUInt32BE(at + 12) - 1, at + 12),
        ),
    ],
    [
      'with bytes after its last box',
      async () => Buffer.concat([await readFile(await film()), Buffer.alloc(3, 1)]),
    ],
    [
      'with zeros after its last box',
      async () => Buffer.concat([await readFile(await film()), Buffer.alloc(64)]),
    ],
    [
      'in Matroska under the name of an MP4',
      async () =>
        readFile(await media('film.mkv', ...picture(1), ...tone(1), ...ENCODERS)).then((bytes) =>
          bytes.subarray(4),
        ),
    ],
    ['of no bytes', async () => Buffer.alloc(0)],
    ['of one byte', async () => Buffer.alloc(1)],
    ['of noise', async () => Buffer.alloc(10_000, 'noise')],
  ];
  for (const [name, make, options = {}] of table) {
    it(`returns undefined for a film ${name}`, async () => {
      assert.equal(await planSmallerFile(memoryFile(await make()), options, signal), undefined);
    });
  }

  it('fails with the error of reading', async () => {
    const { size } = memoryFile(await readFile(await film()));
    const file = { size, read: () => Promise.reject(new Error('The disk is gone.')) };
    await assert.rejects(planSmallerFile(file, {}, signal), /The disk is gone/);
  });

  it('ends when it is aborted', async () => {
    const bytes = await readFile(await film());
    await assert.rejects(
      planSmallerFile(memoryFile(bytes), {}, AbortSignal.abort(new Error('stopped'))),
      /stopped/,
    );
  });
});

describe('planSound', () => {
  it('returns undefined for a file with sound alone, of which nothing would be saved', async () => {
    const file = memoryFile(await readFile(await audioOnly()));
    assert.notEqual(await planSmallerFile(file, {}, signal), undefined);
    assert.equal(await planSound(file, {}, signal), undefined);
  });
});
