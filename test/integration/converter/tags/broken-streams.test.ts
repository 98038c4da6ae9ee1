import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choosePicture, extractCover } from '../../../../services/converter/tags/extract-cover.ts';
import { mapChapters } from '../../../../services/converter/tags/map-chapters.ts';
import { readTags } from '../../../../services/converter/tags/read-tags.ts';
import type { Tags } from '../../../../services/converter/tags/tags.ts';
import { file, media, picture, tone } from '../../../support/media.ts';
import { encodeCharset } from '../../../unit/converter/tags/encode-charset.ts';
import { edited, replaced, withoutCodecPrivate } from '../ffmpeg/probe/probe-file.ts';
import { privateFolder, sourceTagsOf } from './private-folder.ts';

const CHAPTERS = `;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=500
title=Один
[CHAPTER]
TIMEBASE=1/1000
START=500
END=2000
title=Two\\\\ \\= \\; \\# \\
lines`;
const TAGS = { title: 'T\\ = ; #', artist: 'Björk', genre: 'Folk', comment: 'one\ntwo\\\nthree=3' };

const cover = () => media('cover.jpg', '-f', 'lavfi', '-i', 'testsrc2=s=96x64', '-frames:v', '1');
const tagged = Object.entries(TAGS).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]);

/** A film with tags and chapters. The number of its first other input is 3. */
const film = async (name: string, inputs: string[], ...args: string[]) =>
  media(
    name,
    ...[...picture(2), ...tone(2), '-i', await file('chapters.txt', CHAPTERS), ...inputs],
    ...['-map', '0', '-map', '1', '-map_chapters', '2', ...tagged, ...args],
  );
const attached = async () =>
  ['-attach', await cover()].concat(
    ...[`mimetype=image/jpeg`, `filename=cover.jpg`].map((tag) => ['-metadata:s:t', tag]),
  );
const withPicture = ['-map', '3', '-c:v:1', 'copy', '-disposition:v:1', 'attached_pic'];

const mkv = async (...args: string[]) => film('a.mkv', [], ...args, ...(await attached()));
const mp4 = async (...args: string[]) =>
  film('a.mp4', ['-i', await cover()], ...args, '-c:v:0', 'mpeg4', ...withPicture);
const theora = ['-c:v:0', 'libtheora'];

/** @see RFC 3533 6, field 7 */
function oggChecksum(page: Buffer): number {
  let sum = 0;
  for (const byte of page) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum << 1) ^ (sum < 0 ? 0x04c11db7 : 0);
  }
  return sum >>> 0;
}

/** An Ogg whose Theora has a setup header of noise. */
const withoutSetup = (path: string) =>
  edited(path, 'setup.ogv', (bytes) => {
    const setup = bytes.indexOf('\x82theora', 'latin1');
    bytes.fill(0xff, setup + 7, setup + 207);
    const start = bytes.lastIndexOf('OggS', setup);
    const page = bytes.subarray(start, bytes.indexOf('OggS', setup));
    page.writeUInt32LE(0, 22);
    page.writeUInt32LE(oggChecksum(page), 22);
    return undefined;
  });

interface Broken {
  intact: () => Promise<string>;
  broken: (path: string) => Promise<string>;
  /** What the container can hold. */
  hasChapters?: boolean;
  hasCover?: boolean;
  audioIndex?: number;
}
const all = { hasChapters: true, hasCover: true };

const TABLE: [title: string, file: Broken][] = [
  [
    'VC-1 without its headers, in MP4',
    {
      // AC-3 has no descriptor of the kind that is removed.
      intact: () => mp4('-c:a', 'ac3'),
      broken: (path) => replaced(path, ['mp4v', 'vc-1'], ['esds', 'free']),
      ...all,
    },
  ],
  [
    'VC-1 without its headers, in MOV',
    {
      intact: () => film('a.mov', [], '-c:v', 'mpeg4', '-c:a', 'alac'),
      broken: (path) => replaced(path, ['mp4v', 'vc-1'], ['esds', 'free']),
      hasChapters: true,
    },
  ],
  [
    'Theora without its headers, in Matroska',
    {
      intact: () => mkv(...theora, '-c:a', 'flac', '-metadata:s:a', 'album=L'),
      broken: (path) => withoutCodecPrivate(path, 0),
      ...all,
    },
  ],
  [
    'Theora without its headers, in a Matroska whose clock starts late',
    {
      intact: () => mkv(...theora, '-c:a', 'flac', '-output_ts_offset', '10'),
      broken: (path) => withoutCodecPrivate(path, 0),
      ...all,
    },
  ],
  [
    'Vorbis without its headers beside the track that is converted',
    {
      intact: () =>
        mkv(
          ...['-map', '1', '-c:v:0', 'libx264', '-preset', 'ultrafast'],
          ...['-c:a:0', 'libvorbis', '-c:a:1', 'aac', '-metadata:s:a:0', 'album=Wrong'],
          ...['-metadata:s:a:1', 'album=Right'],
        ),
      broken: (path) => withoutCodecPrivate(path, 1),
      ...all,
      audioIndex: 2,
    },
  ],
  [
    'VC-1 without its headers, in AVI',
    { intact: () => film('a.avi', [], '-c:v', 'mpeg4'), broken: (path) => replaced(path, ['FMP4', 'WVC1']) },
  ],
  [
    'VC-1 without its headers, in WMV',
    {
      intact: () => film('a.wmv', [], '-c:v', 'wmv2'),
      broken: (path) => replaced(path, ['WMV2', 'WVC1']),
      hasChapters: true,
    },
  ],
  ['Theora without its setup, in Ogg', { intact: () => film('a.ogv', [], ...theora), broken: withoutSetup }],
];

/** ffprobe does not know the ends of all chapters. Then a chapter ends where the next one begins. */
const withEnds = (tags: Tags) => ({
  ...tags,
  chapters: mapChapters(tags.chapters, { startSeconds: 0, lengthSeconds: 2 }),
});

/** Metadata of the first picture, and its bytes. */
async function coverOf(path: string, audioIndex: number) {
  const { pictures } = await sourceTagsOf(path, audioIndex);
  const [first] = pictures;
  if (!first) return undefined;
  const { codec: _, ...picture } = first;
  return { picture, ...(await extractCover(await privateFolder(path), first)) };
}

describe('probeTags › a film with a stream that cannot be opened', { concurrency: 2 }, () => {
  for (const [title, { intact, broken, hasChapters, hasCover, audioIndex = 1 }] of TABLE) {
    it(`reads beside ${title} what the intact film says`, async () => {
      const whole = await intact();
      const path = await broken(whole);
      const found = await sourceTagsOf(path, audioIndex);
      const expected = await sourceTagsOf(whole, audioIndex);
      assert.equal(found.formatName, expected.formatName);
      assert.equal(found.videoIndex, 0);
      const { tags, warnings } = readTags(found);
      assert.deepEqual(warnings, []);
      assert.deepEqual(withEnds(tags), withEnds(readTags(expected).tags));
      assert.equal(tags.artist, TAGS.artist);
      assert.equal(tags.title, TAGS.title);
      assert.equal(tags.chapters.length, hasChapters ? 2 : 0);
      const picture = await coverOf(path, audioIndex);
      assert.deepEqual(picture, await coverOf(whole, audioIndex));
      assert.equal(picture !== undefined && 'cover' in picture, Boolean(hasCover));
    });
  }

  it('reads tags that are not UTF-8', async () => {
    const text = 'Группа крови';
    const plain = await media('cp.avi', ...picture(1), ...tone(1), '-metadata', `title=${'x'.repeat(12)}`);
    const path = await edited(plain, 'cp1251.avi', (bytes) => {
      bytes.write(encodeCharset(text, 'windows-1251'), bytes.indexOf('x'.repeat(12)), 'latin1');
      bytes.write('WVC1', bytes.indexOf('FMP4'));
      bytes.write('WVC1', bytes.indexOf('FMP4'));
      return undefined;
    });
    assert.equal(readTags(await sourceTagsOf(path, 1)).tags.title, text);
  });

  it('chooses the front cover by its kind', async () => {
    const pictures = ['back', 'front'].map(async (side, place) => [
      ...['-attach', await cover(), `-metadata:s:t:${place}`, 'mimetype=image/jpeg'],
      ...[`-metadata:s:t:${place}`, `filename=${side}.jpg`],
      ...[`-metadata:s:t:${place}`, `comment=Cover (${side})`],
    ]);
    const attachments = (await Promise.all(pictures)).flat();
    const intact = await film('two.mkv', [], ...theora, '-c:a', 'flac', ...attachments);
    const found = await sourceTagsOf(await withoutCodecPrivate(intact, 0), 1);
    assert.deepEqual(
      found.pictures.map(({ kind }) => kind),
      ['Cover (back)', 'Cover (front)'],
    );
    assert.equal(choosePicture(found.pictures)?.index, 3);
  });

  it('keeps a bounded part of a title of 10 MB and of 5,000 chapters', async () => {
    const lines = [';FFMETADATA1', `title=${'é'.repeat(5_000_000)}`];
    for (let start = 0; start < 5000; start += 1) {
      lines.push('[CHAPTER]', 'TIMEBASE=1/10000', `START=${start}`, `END=${start + 1}`, `title=${start}`);
    }
    const list = await file('hostile.txt', lines.join('\n'));
    const inputs = [...picture(1), ...tone(1), '-i', list, '-map', '0', '-map', '1'];
    const maps = ['-map_metadata', '2', '-map_chapters', '2', ...theora, '-c:a', 'flac'];
    const path = await withoutCodecPrivate(await media('hostile.mkv', ...inputs, ...maps), 0);
    const { tags, warnings } = readTags(await sourceTagsOf(path, 1));
    assert.equal(tags.title, 'é'.repeat(500));
    assert.equal(tags.chapters.length, 2000);
    assert.equal(warnings.length, 2);
  });
});
