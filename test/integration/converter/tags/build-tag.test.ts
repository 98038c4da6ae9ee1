import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type BuildTagRequest, buildTag } from '../../../../services/converter/tags/build-tag.ts';
import { probeTags } from '../../../../services/converter/tags/probe-tags.ts';
import { NO_SOURCE_TAGS } from '../../../../services/converter/tags/source-tags.ts';
import { file, media, picture, tone } from '../../../support/media.ts';
import { ffmpeg, saidToBeConfined } from '../../../support/tools.ts';
import { decode } from '../mp3/inspect-mp3.ts';
import { privateFolder } from './private-folder.ts';

const run = promisify(execFile);
const TAGS = {
  title: 'Заголовок 👍 \\ "x" = ;',
  artist: 'Björk; A/B',
  album: '東京',
  date: '2020-05-06',
  track: '4/12',
  genre: 'Trip-Hop',
  comment: 'one\ntwo',
};
const CHAPTERS = [
  { start: 0, end: 0.5, title: 'Один' },
  { start: 0.5, end: 2, title: '第二' },
];

let film: string;
let jpeg: Buffer;
before(async () => {
  const cover = await media('cover.jpg', '-f', 'lavfi', '-i', 'testsrc2=s=96x64', '-frames:v', '1');
  jpeg = await readFile(cover);
  const list = CHAPTERS.map(
    ({ start, end, title }) =>
      `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start * 1000}\nEND=${end * 1000}\ntitle=${title}`,
  );
  const chapters = await file('chapters.txt', [';FFMETADATA1', ...list].join('\n'));
  film = await media(
    'film.mkv',
    ...[...picture(2), ...tone(2), '-i', chapters, '-map', '0', '-map', '1', '-map_chapters', '2'],
    ...Object.entries(TAGS).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]),
    ...['-metadata', 'location=+52.5200+013.4050/', '-metadata', 'make=Apple'],
    ...['-attach', cover, '-metadata:s:t', 'mimetype=image/jpeg', '-metadata:s:t', 'filename=cover.jpg'],
  );
});

/** What ffprobe reads of an MP3, and the bytes of its cover. */
async function readBack(path: string) {
  const show = ['-v', 'error', '-show_format', '-show_chapters', '-show_streams', '-of', 'json', path];
  const { format, chapters, streams } = JSON.parse((await run('ffprobe', show)).stdout);
  const cover = streams.find((each: { codec_type: string }) => each.codec_type === 'video');
  const copy = ['-v', 'error', '-i', path, '-map', '0:v', '-c', 'copy', '-f', 'image2pipe', '-'];
  return {
    tags: format.tags ?? {},
    chapters: chapters.map((each: { start_time: string; end_time: string; tags?: { title: string } }) => ({
      start: Number(each.start_time),
      end: Number(each.end_time),
      title: each.tags?.title,
    })),
    kind: cover?.tags?.comment,
    cover: cover && (await run('ffmpeg', copy, { encoding: 'buffer' })).stdout,
  };
}

/** Puts the tag of the film before an MP3 without one, as a conversion does. */
async function tagged(
  options: BuildTagRequest['options'],
  changes: Partial<BuildTagRequest> = {},
  source = film,
) {
  const inFolder = await privateFolder(source);
  const tools = { ...inFolder, ffmpeg: saidToBeConfined(inFolder.ffmpeg) };
  const { id3, warnings } = await buildTag({
    ...tools,
    source: await probeTags({ ...tools, audioIndex: 1 }),
    options,
    timeline: { startSeconds: 0, lengthSeconds: 2 },
    durationSeconds: 2,
    ...changes,
  });
  const plain = await media('plain.mp3', ...tone(2), '-id3v2_version', '0');
  const path = join(tools.folder, 'tagged.mp3');
  await writeFile(path, Buffer.concat([id3, await readFile(plain)]));
  return { id3, warnings, path, plain, ...(await readBack(path)) };
}

describe('buildTag', () => {
  it('keeps tags, chapters and cover exactly, as ffprobe reads them', async () => {
    const { tags, chapters, cover, kind, warnings } = await tagged({});
    assert.deepEqual(tags, TAGS);
    assert.deepEqual(chapters, CHAPTERS);
    assert.deepEqual(cover, jpeg);
    assert.equal(kind, 'Cover (front)');
    assert.deepEqual(warnings, []);
  });

  it('does not change what plays', async () => {
    const { path, plain } = await tagged({});
    assert.deepEqual(await decode(path), await decode(plain));
  });

  it('says nothing about place and device', async () => {
    const { id3 } = await tagged({});
    for (const encoding of ['latin1', 'utf16le'] as const) {
      assert.equal(id3.includes(Buffer.from('52.52', encoding)), false);
      assert.equal(id3.includes(Buffer.from('Apple', encoding)), false);
    }
  });

  it('replaces the tags that the owner gives', async () => {
    const { tags } = await tagged({ title: 'Інша', date: '1999', comment: 'Mine' });
    assert.deepEqual(tags, { ...TAGS, title: 'Інша', date: '1999', comment: 'Mine' });
  });

  it('drops all of the file with strip_tags, and writes what is given', async () => {
    const { tags, chapters, cover } = await tagged({ strip_tags: true, album: 'Mine' });
    assert.deepEqual({ tags, chapters, cover }, { tags: { album: 'Mine' }, chapters: [], cover: undefined });
  });

  it('is empty with strip_tags alone', async () => {
    const { id3, tags } = await tagged({ strip_tags: true });
    assert.equal(id3.length, 0);
    assert.deepEqual(tags, {});
  });

  it('leaves the cover out with cover=none', async () => {
    const { tags, cover } = await tagged({ cover: 'none' });
    assert.deepEqual({ tags, cover }, { tags: TAGS, cover: undefined });
  });

  it('shows a still of the film with cover=frame, also with strip_tags', async () => {
    for (const strip_tags of [false, true]) {
      const { cover, warnings } = await tagged({ cover: 'frame', strip_tags });
      assert.equal(cover?.toString('hex', 0, 3), 'ffd8ff');
      assert.notDeepEqual(cover, jpeg);
      assert.deepEqual(warnings, []);
    }
  });

  it('makes no still of the film outside a sandbox, and says so', async () => {
    const { cover, warnings } = await tagged({ cover: 'frame' }, { ffmpeg });
    assert.equal(cover, undefined);
    assert.equal(warnings[0]?.code, 'cover_skipped');
    assert.match(warnings[0]?.detail ?? '', /no sandbox/);
  });

  it('makes no still of a film in a codec without a decoder of its own', async () => {
    const source = { ...NO_SOURCE_TAGS, videoIndex: 0, videoCodec: 'magicyuv' };
    const { warnings } = await tagged({ cover: 'frame' }, { source });
    assert.match(warnings[0]?.detail ?? '', /not one that is decoded/);
  });

  it('warns with cover=frame where there is no film', async () => {
    const { cover, warnings } = await tagged({ cover: 'frame' }, {}, await media('a.mp3', ...tone(1)));
    assert.equal(cover, undefined);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['cover_skipped'],
    );
  });

  for (const [cover, detail] of [
    ['keep', 'The cover of the file was left out: it cannot be read.'],
    ['frame', 'The MP3 has no cover: no picture of the film can be decoded.'],
  ] as const) {
    it(`says in a whole sentence why there is no picture with cover=${cover}`, async () => {
      const source = {
        ...NO_SOURCE_TAGS,
        pictures: [{ index: 99, codec: 'mjpeg' }],
        videoIndex: 99,
        videoCodec: 'h264',
      };
      const { warnings } = await tagged({ cover }, { source });
      assert.deepEqual(warnings, [{ code: 'cover_skipped', detail }]);
    });
  }

  it('moves the chapters with the cut', async () => {
    const { chapters } = await tagged(
      {},
      { timeline: { startSeconds: 0, lengthSeconds: 1, cut: { startSeconds: 0.25, endSeconds: 1.25 } } },
    );
    assert.deepEqual(chapters, [
      { start: 0, end: 0.25, title: 'Один' },
      { start: 0.25, end: 1, title: '第二' },
    ]);
  });
});
