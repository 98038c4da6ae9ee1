import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { mapChapters } from '../../../../services/converter/tags/map-chapters.ts';
import { beginToProbeTags, probeTags } from '../../../../services/converter/tags/probe-tags.ts';
import { readTags } from '../../../../services/converter/tags/read-tags.ts';
import { file, media, picture, tone } from '../../../support/media.ts';
import { unconfined } from '../../../support/tools.ts';
import { encodeCharset } from '../../../unit/converter/tags/encode-charset.ts';
import { privateFolder, sourceTagsOf } from './private-folder.ts';

const ALL = {
  title: 'Заголовок — Title',
  artist: 'Björk',
  album: '東京',
  date: '2020-05-06',
  track: '4/12',
  genre: 'Folk',
  comment: 'Ein Kommentar',
};
const PRIVATE = {
  location: '+52.5200+013.4050/',
  'location-eng': '+52.5200+013.4050/',
  make: 'Apple',
  model: 'iPhone 15 Pro',
  creation_time: '2023-05-06T10:00:00Z',
  'com.apple.quicktime.location.ISO6709': '+52.5200+013.4050/',
  encoded_by: 'Jane Doe',
};
const metadata = (tags: Record<string, string>) =>
  Object.entries(tags).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]);
const WRITTEN = metadata({ ...ALL, ...PRIVATE });
const FILM = [...picture(1), ...tone(1)];

async function fieldsOf(path: string, audioIndex: number) {
  const { chapters: _, ...fields } = readTags(await sourceTagsOf(path, audioIndex)).tags;
  return fields;
}

const FILMS: [name: string, args: string[], missing?: (keyof typeof ALL)[]][] = [
  ['a.mp4', []],
  ['a.m4v', ['-movflags', '+faststart', '-f', 'mp4']],
  ['fragmented.mp4', ['-movflags', 'frag_keyframe+empty_moov']],
  // ffmpeg writes no track number into atoms of QuickTime.
  ['a.mov', [], ['track']],
  ['keys.mov', ['-movflags', 'use_metadata_tags']],
  ['a.mkv', []],
  ['a.webm', ['-c:v', 'libvpx', '-deadline', 'realtime']],
  ['a.avi', []],
  ['a.wmv', []],
  ['a.flv', ['-c:v', 'flv']],
  ['a.ogv', ['-c:v', 'libtheora']],
];
const SOUNDS: typeof FILMS = [
  ['a.ogg', ['-c:a', 'libvorbis']],
  ['a.opus', []],
  ['flac.oga', ['-c:a', 'flac']],
  ['a.spx', ['-c:a', 'libspeex', '-ar', '16000']],
  ['a.flac', []],
  ['a.m4a', []],
  ['a.mka', []],
  ['a.wma', []],
  ['a.mp3', []],
  ['v4.mp3', ['-id3v2_version', '4']],
  ['a.wav', []],
  ['rf64.wav', ['-rf64', 'always']],
  // AIFF itself has no more than a name and notes.
  ['a.aiff', [], ['artist', 'album', 'date', 'track', 'genre']],
  ['id3.aiff', ['-write_id3v2', '1']],
  ['a.aac', ['-write_id3v2', '1']],
  ['a.caf', []],
];

describe('probeTags and readTags', () => {
  const cases = [
    ...FILMS.map((row) => ({ row, source: FILM, audioIndex: 1 })),
    ...SOUNDS.map((row) => ({ row, source: tone(1), audioIndex: 0 })),
  ];
  for (const { row, source, audioIndex } of cases) {
    const [name, args, missing = []] = row;
    it(`read ${name}, and nothing about place, device or person`, async () => {
      const expected = Object.fromEntries(
        Object.entries(ALL).filter(([field]) => !missing.includes(field as keyof typeof ALL)),
      );
      assert.deepEqual(
        await fieldsOf(await media(name, ...source, ...WRITTEN, ...args), audioIndex),
        expected,
      );
    });
  }

  it('read RIFF INFO of an AVI in Windows-1251', async () => {
    const [title, artist] = ['Группа крови', 'Кино'];
    const made = await readFile(
      await media('a.avi', ...FILM, ...metadata({ title: 'x'.repeat(12), artist: 'yyyy' })),
    );
    const bytes = made.toString('latin1').replace('x'.repeat(12), encodeCharset(title, 'windows-1251'));
    const avi = bytes.replace('yyyy', encodeCharset(artist, 'windows-1251'));
    assert.deepEqual(await fieldsOf(await file('cp1251.avi', Buffer.from(avi, 'latin1')), 1), {
      title,
      artist,
    });
  });

  for (const [charset, title, artist] of [
    ['windows-1251', 'Полковнику никто не пишет', 'Би-2'],
    ['koi8-r', 'Город золотой', 'Аквариум'],
    ['shift_jis', '残酷な天使のテーゼ', '高橋洋子'],
    ['gbk', '月亮代表我的心', '邓丽君'],
    ['windows-1252', 'Désenchantée', 'Mylène Farmer'],
  ] as const) {
    it(`read ID3v1 in ${charset}`, async () => {
      const tag = Buffer.alloc(128);
      tag.write('TAG');
      tag.write(encodeCharset(title, charset), 3, 30, 'latin1');
      tag.write(encodeCharset(artist, charset), 33, 30, 'latin1');
      tag.write('1996', 93);
      tag[127] = 17;
      const mp3 = await readFile(await media('plain.mp3', ...tone(1), '-id3v2_version', '0'));
      const path = await file(`${charset}.mp3`, Buffer.concat([mp3, tag]));
      assert.deepEqual(await fieldsOf(path, 0), { title, artist, date: '1996', genre: 'Rock' });
    });

    it(`read ID3v2 whose «Latin-1» is ${charset}`, async () => {
      const frames = [
        ['TIT2', title],
        ['TPE1', artist],
      ].map(([id = '', text = '']) => {
        const body = Buffer.from(`\0${encodeCharset(text, charset)}`, 'latin1');
        return Buffer.concat([Buffer.from(id), Buffer.from([0, 0, 0, body.length, 0, 0]), body]);
      });
      const size = Buffer.concat(frames).length;
      const head = Buffer.from([...Buffer.from('ID3'), 3, 0, 0, 0, 0, size >> 7, size & 0x7f]);
      const mp3 = await readFile(await media('plain.mp3', ...tone(1), '-id3v2_version', '0'));
      const path = await file(`latin1-${charset}.mp3`, Buffer.concat([head, ...frames, mp3]));
      assert.deepEqual(await fieldsOf(path, 0), { title, artist });
    });
  }

  it('read several values of a Vorbis comment', async () => {
    const flac = await readFile(
      await media('two.flac', ...tone(1), ...metadata({ artist: 'A', xrtist: 'B' })),
    );
    const path = await file(
      'two.flac',
      Buffer.from(flac.toString('latin1').replace(/xrtist/i, 'ARTIST'), 'latin1'),
    );
    assert.deepEqual(await fieldsOf(path, 0), { artist: 'A;B' });
  });

  it('read the chapters of MP4, Matroska, Ogg, MP3 and AIFF', async () => {
    const chapters = [';FFMETADATA1'];
    for (const [start, title] of [
      [0, 'Один'],
      // ffmpeg's writer of Opus rounds a part of a second wrongly.
      [1000, 'Zwei; = #'],
    ] as const) {
      chapters.push(
        '[CHAPTER]',
        'TIMEBASE=1/1000',
        `START=${start}`,
        `END=${start + 1000}`,
        `title=${title.replace(/[;=#]/g, '\\$&')}`,
      );
    }
    const list = await file('chapters.txt', chapters.join('\n'));
    for (const name of ['c.mp4', 'c.m4a', 'c.mkv', 'c.webm', 'c.opus', 'c.mp3', 'id3.aiff']) {
      const map = ['-map', '0', '-map_chapters', '1', ...(name === 'id3.aiff' ? ['-write_id3v2', '1'] : [])];
      const path = await media(name, ...tone(2), '-i', list, ...map);
      assert.deepEqual(
        // Opus states no ends. It and the formats with a coarse clock end a little later than the sound.
        mapChapters(readTags(await sourceTagsOf(path, 0)).tags.chapters, {
          startSeconds: 0,
          lengthSeconds: 2,
        }),
        [
          { start: 0, end: 1, title: 'Один' },
          { start: 1, end: 2, title: 'Zwei; = #' },
        ],
        name,
      );
    }
  });

  it('read a bounded part of 5,000 chapters and of a title of 10 MB', async () => {
    const lines = [';FFMETADATA1', `title=${'é'.repeat(5_000_000)}`];
    for (let start = 0; start < 5000; start += 1) {
      lines.push('[CHAPTER]', 'TIMEBASE=1/10000', `START=${start}`, `END=${start + 1}`, `title=${start}`);
    }
    const list = await file('hostile.txt', lines.join('\n'));
    const path = await media(
      'hostile.mkv',
      ...tone(1),
      '-i',
      list,
      '-map',
      '0',
      '-map_metadata',
      '1',
      '-map_chapters',
      '1',
    );
    const { tags, warnings } = readTags(await sourceTagsOf(path, 0));
    assert.equal(tags.title, 'é'.repeat(500));
    assert.equal(tags.chapters.length, 2000);
    assert.equal(warnings.length, 2);
  });

  it('find nothing in a file that is no media file', async () => {
    assert.deepEqual(readTags(await sourceTagsOf(await file('text', 'text'), 0)).tags, { chapters: [] });
  });

  it('stop when they are aborted', async () => {
    const tools = await privateFolder(await media('a.mp3', ...tone(1)));
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(probeTags({ ...tools, audioIndex: 0, signal }), /enough/);
  });
});

describe('beginToProbeTags', () => {
  it('gives the tags that it reads beside other work', async () => {
    const film = await media('two-languages.mkv', ...FILM, '-metadata:s:a:0', 'artist=Ann');
    await using begun = beginToProbeTags({ ...(await privateFolder(film)), audioIndex: 1 });
    assert.equal((await begun.tags()).audio.ARTIST, 'Ann');
  });

  it('leaves no process and no unhandled error behind when nobody asks for the tags', async () => {
    const tools = { ...(await privateFolder(await media('early.mp3', ...tone(1)))), audioIndex: 0 };
    const begun = performance.now();
    const slow = join(tools.folder, 'slow');
    await writeFile(slow, '#!/bin/sh\nexec sleep 600\n', { mode: 0o700 });
    {
      await using _slow = beginToProbeTags({ ...tools, ffprobe: unconfined(slow) });
      await using _missing = beginToProbeTags({
        ...tools,
        ffprobe: unconfined(join(tools.folder, 'missing')),
      });
    }
    assert.ok(performance.now() - begun < 240_000);
  });

  for (const hasPictures of [true, undefined]) {
    it(`reads the tags of a film ${hasPictures ? 'that is known to be one' : 'of which nothing is known yet'}`, async () => {
      const film = await media('a.mkv', ...FILM, ...metadata({ title: 'Film' }));
      const tools = { ...(await privateFolder(film)), audioIndex: 1 };
      assert.equal((await probeTags({ ...tools, hasPictures })).format.title, 'Film');
    });
  }
});
