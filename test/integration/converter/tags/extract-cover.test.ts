import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  choosePicture,
  extractCover,
  MAX_COVER_BYTES,
} from '../../../../services/converter/tags/extract-cover.ts';
import { probeTags } from '../../../../services/converter/tags/probe-tags.ts';
import { file, media, picture, tone } from '../../../support/media.ts';
import { unconfined } from '../../../support/tools.ts';
import { privateFolder } from './private-folder.ts';

const still = (name: string) => media(name, '-f', 'lavfi', '-i', 'testsrc2=s=96x64', '-frames:v', '1');

/** Makes a file with a cover, as its container keeps it. */
async function withCover(name: string, cover: string, type: string): Promise<string> {
  if (/\.mk[av]$/.test(name)) {
    const attach = ['-attach', cover, '-metadata:s:t', `mimetype=${type}`, '-metadata:s:t', 'filename=cover'];
    return media(name, ...tone(1), ...attach);
  }
  const map = ['-map', '0', '-map', '1', '-c:v', 'copy', '-disposition:v', 'attached_pic'];
  const id3 = name.endsWith('.aiff') ? ['-write_id3v2', '1'] : [];
  return media(name, ...tone(1), '-i', cover, ...map, ...id3);
}

async function coverOf(path: string) {
  const tools = await privateFolder(path);
  const { pictures } = await probeTags({ ...tools, audioIndex: 0 });
  const chosen = choosePicture(pictures);
  assert.ok(chosen, 'the file has a picture');
  const result = await extractCover(tools, chosen);
  assert.deepEqual(await readdir(tools.folder), ['input'], 'nothing is left in the folder');
  return result;
}

const CASES: [name: string, still: string, type: string][] = [
  ['a.mp3', 'a.jpg', 'image/jpeg'],
  ['png.mp3', 'a.png', 'image/png'],
  ['a.m4a', 'a.jpg', 'image/jpeg'],
  ['png.mp4', 'a.png', 'image/png'],
  ['bmp.m4a', 'a.bmp', 'image/bmp'],
  ['a.flac', 'a.jpg', 'image/jpeg'],
  ['png.flac', 'a.png', 'image/png'],
  ['bmp.flac', 'a.bmp', 'image/bmp'],
  ['a.mka', 'a.jpg', 'image/jpeg'],
  ['png.mkv', 'a.png', 'image/png'],
  ['gif.mkv', 'a.gif', 'image/gif'],
  ['a.aiff', 'a.jpg', 'image/jpeg'],
  ['png.aiff', 'a.png', 'image/png'],
];

describe('extractCover', () => {
  for (const [name, picture, type] of CASES) {
    it(`copies the ${picture} of ${name} byte for byte`, async () => {
      const cover = await still(picture);
      const bytes = await readFile(cover);
      assert.deepEqual(await coverOf(await withCover(name, cover, type)), { cover: { bytes, type } });
    });
  }

  it('copies the picture of a Vorbis comment in Opus byte for byte', async () => {
    const bytes = await readFile(await still('a.jpg'));
    const u32 = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
    const type = Buffer.from('image/jpeg');
    const block = Buffer.concat([u32(3), u32(type.length), type, Buffer.alloc(20), u32(bytes.length), bytes]);
    const comment = ['-metadata', `METADATA_BLOCK_PICTURE=${block.toString('base64')}`];
    const path = await media('cover.opus', ...tone(1), ...comment);
    assert.deepEqual(await coverOf(path), { cover: { bytes, type: 'image/jpeg' } });
  });

  it('copies an animated GIF byte for byte', async () => {
    const animation = ['-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=5:d=1', '-loop', '3', '-final_delay', '70'];
    const gif = await media('animated.gif', ...animation);
    const bytes = await readFile(gif);
    assert.deepEqual(await coverOf(await withCover('animated.mkv', gif, 'image/gif')), {
      cover: { bytes, type: 'image/gif' },
    });
  });

  it('copies a picture that no decoder would accept, and does not try to decode it', async () => {
    const head = await readFile(await still('a.jpg'));
    const broken = Buffer.concat([head.subarray(0, 3), Buffer.alloc(head.length - 3, 1)]);
    const path = await withCover('broken.m4a', await still('a.jpg'), 'image/jpeg');
    const bytes = await readFile(path);
    const at = bytes.indexOf(head);
    assert.ok(at > 0);
    broken.copy(bytes, at);
    const tools = await privateFolder(await file('broken.m4a', bytes));
    // ffmpeg complains where it decodes, and this one keeps what it says.
    const ffmpeg = join(tools.folder, 'ffmpeg');
    await writeFile(ffmpeg, '#!/bin/sh\nexec ffmpeg "$@" 2>complaints\n', { mode: 0o700 });
    assert.deepEqual(
      await extractCover({ ...tools, ffmpeg: unconfined(ffmpeg) }, { index: 1, codec: 'mjpeg' }),
      {
        cover: { bytes: broken, type: 'image/jpeg' },
      },
    );
    assert.equal(await readFile(join(tools.folder, 'complaints'), 'utf8'), '');
  });

  it('leaves out a picture that is larger than the limit', async () => {
    const jpeg = await readFile(await still('a.jpg'));
    const large = await file('large.jpg', Buffer.concat([jpeg, Buffer.alloc(MAX_COVER_BYTES)]));
    const result = await coverOf(await withCover('large.mka', large, 'image/jpeg'));
    assert.match('reason' in result ? result.reason : '', /^it has \d+ bytes, and the limit is 8388608$/);
  });

  it('leaves out what is no picture', async () => {
    const text = await file('text.jpg', 'x'.repeat(1000));
    assert.deepEqual(await coverOf(await withCover('text.mka', text, 'image/jpeg')), {
      reason: 'it is no JPEG, PNG, GIF, BMP or WebP',
    });
  });

  it('does not take the picture of a film for a cover', async () => {
    const tools = await privateFolder(await media('film.mp4', ...picture(1), ...tone(1)));
    assert.deepEqual((await probeTags({ ...tools, audioIndex: 1 })).pictures, []);
  });

  it('gives a reason where ffmpeg finds no packet and makes no file', async () => {
    const tools = await privateFolder(await media('a.mp3', ...tone(1)));
    const ffmpeg = join(tools.folder, 'ffmpeg');
    await writeFile(ffmpeg, '#!/bin/sh\nexit 0\n', { mode: 0o700 });
    const result = await extractCover({ ...tools, ffmpeg: unconfined(ffmpeg) }, { index: 1, codec: 'mjpeg' });
    assert.deepEqual(result, { reason: 'it cannot be read' });
  });

  it('gives a reason where the stream does not exist', async () => {
    const tools = await privateFolder(await media('a.mp3', ...tone(1)));
    assert.deepEqual(await extractCover(tools, { index: 7, codec: 'mjpeg' }), {
      reason: 'it cannot be read',
    });
  });
});

describe('choosePicture', () => {
  it('prefers the front cover, then the first picture', () => {
    const [back, front, other] = [
      { index: 1, codec: 'png', kind: 'Cover (back)' },
      { index: 2, codec: 'png', kind: 'Cover (front)' },
      { index: 3, codec: 'png' },
    ];
    assert.equal(choosePicture([back, front, other]), front);
    assert.equal(choosePicture([other, back]), other);
    assert.equal(choosePicture([]), undefined);
  });
});
