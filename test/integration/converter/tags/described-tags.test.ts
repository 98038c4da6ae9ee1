import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { look } from '../../../../services/converter/ffmpeg/probe/find-tracks.ts';
import { describedTags } from '../../../../services/converter/tags/described-tags.ts';
import { mapChapters } from '../../../../services/converter/tags/map-chapters.ts';
import { probeTags } from '../../../../services/converter/tags/probe-tags.ts';
import { readTags } from '../../../../services/converter/tags/read-tags.ts';
import type { SourceTags } from '../../../../services/converter/tags/source-tags.ts';
import { file, media, picture, tone } from '../../../support/media.ts';
import { privateFolder } from './private-folder.ts';

const TAGS = {
  title: 'Заголовок — Title',
  artist: 'Björk',
  album: '東京',
  date: '2020-05-06',
  comment: 'So: = #',
};
const metadata = (tags: object) =>
  Object.entries(tags).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]);
const CHAPTERS = `;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1250
title=Вступление
[CHAPTER]
TIMEBASE=1/1000
START=1250
END=2000
`;
const FILM = [...picture(2), ...tone(2)];

/** What an MP3 of two seconds keeps. Some containers state no end of a chapter, which is where the next one begins. */
function keptOf(source: SourceTags) {
  const { tags, warnings } = readTags(source);
  return { ...tags, chapters: mapChapters(tags.chapters, { startSeconds: 0, lengthSeconds: 2 }), warnings };
}

/** Reads the tags of a file from its description, and by a run of their own. */
async function bothOf(path: string, audioIndex: number) {
  const tools = await privateFolder(path);
  const { description, hasPictures, format, inputArguments } = await look(tools, []);
  const described = description && describedTags(description, audioIndex);
  const { format_name: formatName } = format;
  const request = { ...tools, inputArguments: [...inputArguments, '-i', 'input'], hasPictures, formatName };
  return { described, probed: await probeTags({ ...request, audioIndex }) };
}

describe('describedTags', () => {
  const FILES: [name: string, source: string[], args: string[]][] = [
    ...['a.mp4', 'a.mov', 'a.mkv', 'a.avi', 'a.wmv'].map((name): [string, string[], string[]] => [
      name,
      FILM,
      [],
    ]),
    ['a.flv', FILM, ['-c:v', 'flv']],
    ['a.ts', FILM, []],
    ['a.ogv', FILM, ['-c:v', 'libtheora']],
    ...['a.opus', 'a.flac', 'a.m4a', 'a.mka', 'a.mp3', 'a.wav'].map((name): [string, string[], string[]] => [
      name,
      tone(2),
      [],
    ]),
  ];
  for (const [name, source, args] of FILES)
    it(`finds in the description of ${name} what a run for its tags finds`, async () => {
      const list = await file('chapters.txt', CHAPTERS);
      const count = source.filter((arg) => arg === '-i').length;
      const maps = Array.from({ length: count }, (_, input) => ['-map', String(input)]).flat();
      const tagged = ['-i', list, ...maps, '-map_chapters', String(count), ...metadata(TAGS), ...args];
      const { described, probed } = await bothOf(await media(name, ...source, ...tagged), count - 1);
      assert.ok(described, 'the description is not enough');
      assert.deepEqual(keptOf(described), keptOf(probed));
      assert.deepEqual(described.pictures, probed.pictures);
      assert.equal(described.videoIndex, probed.videoIndex);
    });

  const UNCERTAIN: [what: string, tags: object][] = [
    ['of more bytes than the log shows', { title: 'é'.repeat(200) }],
    ['with a question mark, which may stand for a control character', { title: 'Who?' }],
    ['of several lines', { comment: 'one\ntwo' }],
  ];
  for (const [what, tags] of UNCERTAIN)
    it(`leaves a text ${what} to a run for the tags`, async () => {
      const path = await media('uncertain.mkv', ...FILM, ...metadata(tags));
      const { described, probed } = await bothOf(path, 1);
      assert.equal(described, undefined);
      assert.ok(Object.keys(readTags(probed).tags).length > 1);
    });

  it('reads texts that are dropped in any case, whatever they are', async () => {
    const path = await media(
      'dropped.mkv',
      ...FILM,
      ...metadata({ title: 'Film', private: 'x\n?'.repeat(300) }),
    );
    const { described } = await bothOf(path, 1);
    assert.equal(described?.format.title, 'Film');
  });
});
