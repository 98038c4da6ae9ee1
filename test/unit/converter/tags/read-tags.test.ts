import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_CHAPTERS, readTags } from '../../../../services/converter/tags/read-tags.ts';
import {
  NO_SOURCE_TAGS,
  type RawTags,
  type SourceTags,
} from '../../../../services/converter/tags/source-tags.ts';
import { encodeCharset, utf8 } from './encode-charset.ts';

const read = (source: Partial<SourceTags>) => readTags({ ...NO_SOURCE_TAGS, ...source });
const fieldsOf = (source: Partial<SourceTags>) => {
  const { chapters: _, ...fields } = read(source).tags;
  return fields;
};

const NAMES: [title: string, tags: RawTags, expected: Record<string, string>][] = [
  [
    'names of ffmpeg',
    { title: 'T', artist: 'A', album: 'L', date: '2020', track: '3/9', genre: 'G', comment: 'C' },
    { title: 'T', artist: 'A', album: 'L', date: '2020', track: '3/9', genre: 'G', comment: 'C' },
  ],
  ['names in capitals', { TITLE: 'T', ARTIST: 'A', Album: 'L' }, { title: 'T', artist: 'A', album: 'L' }],
  [
    'Matroska',
    { DATE_RELEASED: '2020-05-06', PART_NUMBER: '7', LEAD_PERFORMER: 'A' },
    { date: '2020-05-06', track: '7', artist: 'A' },
  ],
  [
    'Vorbis comments',
    { TRACKNUMBER: '07', YEAR: '1999', ALBUMARTIST: 'A', DESCRIPTION: 'C' },
    { track: '7', date: '1999', artist: 'A', comment: 'C' },
  ],
  [
    'RIFF INFO',
    { INAM: 'T', IART: 'A', IPRD: 'L', ICRD: '2020-05-06', IGNR: 'G', ICMT: 'C', ITRK: '4' },
    { title: 'T', artist: 'A', album: 'L', date: '2020-05-06', genre: 'G', comment: 'C', track: '4' },
  ],
  [
    'QuickTime keys',
    {
      'com.apple.quicktime.title': 'T',
      'com.apple.quicktime.artist': 'A',
      'com.apple.quicktime.album': 'L',
      'com.apple.quicktime.comment': 'C',
      'com.apple.quicktime.genre': 'G',
    },
    { title: 'T', artist: 'A', album: 'L', comment: 'C', genre: 'G' },
  ],
  [
    'QuickTime atoms',
    { '\xc2\xa9nam': 'T', '\xa9ART': 'A', '\xa9day': '2020' },
    { title: 'T', artist: 'A', date: '2020' },
  ],
  [
    'ASF',
    { 'WM/AlbumTitle': 'L', 'WM/Year': '2020', 'WM/Genre': 'G', 'WM/TrackNumber': '5', Author: 'A' },
    { album: 'L', date: '2020', genre: 'G', track: '5', artist: 'A' },
  ],
  [
    'ID3 frames',
    { TIT2: 'T', TPE1: 'A', TALB: 'L', TYER: '2020', TRCK: '2', TCON: 'G' },
    { title: 'T', artist: 'A', album: 'L', date: '2020', track: '2', genre: 'G' },
  ],
  [
    'names with a language',
    { 'title-eng': 'T', 'artist-pt-BR': 'A', 'comment-XXX': 'C' },
    { title: 'T', artist: 'A', comment: 'C' },
  ],
];

/** What phones, cameras and programs write. */
const PRIVATE: RawTags = {
  location: '+52.5200+013.4050/',
  'location-eng': '+52.5200+013.4050/',
  LOCATION: '+52.5200+013.4050/',
  'com.apple.quicktime.location.ISO6709': '+52.5200+013.4050+034.000/',
  'com.apple.quicktime.location.accuracy.horizontal': '4.7',
  '\xa9xyz': '+52.5200+013.4050/',
  xyz: '+52.5200+013.4050/',
  'com.apple.quicktime.make': 'Apple',
  'com.apple.quicktime.model': 'iPhone 15 Pro',
  'com.apple.quicktime.software': '17.1',
  'com.apple.quicktime.creationdate': '2023-05-06T12:00:00+0200',
  'com.apple.quicktime.camera.identifier': 'x',
  'com.apple.quicktime.content.identifier': 'ABC-DEF',
  'com.android.version': '14',
  'com.android.manufacturer': 'Google',
  'com.android.model': 'Pixel 8',
  make: 'Sony',
  'make-eng': 'Sony',
  model: 'ILCE-7',
  'model-eng': 'ILCE-7',
  creation_time: '2023-05-06T10:00:00Z',
  encoder: 'Lavf',
  encoded_by: 'Jane Doe',
  copyright: 'Jane Doe',
  'Serial Number': '123',
  firmware: '1.0',
  software: 'x',
  handler_name: 'Core Media',
  major_brand: 'qt',
  timecode: '01:00:00:00',
  modification_date: '2023',
  purchase_date: '2023',
  account_id: 'jane@example.com',
  iTunNORM: '000',
  publisher: 'x',
  __proto__x: 'x',
  DATE_UTC: '2023-05-06',
  artist_url: 'x',
};

describe('readTags', () => {
  for (const [title, tags, expected] of NAMES) {
    it(`knows ${title}`, () => assert.deepEqual(fieldsOf({ format: tags }), expected));
  }

  it('drops everything that is not on the list', () => {
    assert.deepEqual(fieldsOf({ formatName: 'ogg', format: PRIVATE, audio: PRIVATE, video: PRIVATE }), {});
  });

  it('drops coordinates in fields that are on the list', () => {
    const format = {
      title: '+52.5200+013.4050/',
      comment: 'At 52.520008, 13.404954',
      artist: 'A',
      album: 'geo:1,2',
    };
    const chapters = [{ start: 0, end: 1, title: '+52.5200+013.4050/' }];
    assert.deepEqual(read({ format, chapters }).tags, {
      comment: 'At',
      artist: 'A',
      chapters: [{ start: 0, end: 1 }],
    });
  });

  it('prefers the best name, and skips an empty value', () => {
    const format = { album_artist: 'Second', performer: ' ', artist: '', year: '1999', date: 'unknown' };
    assert.deepEqual(fieldsOf({ format }), { artist: 'Second', date: '1999' });
  });

  it('prefers a tag without a language', () => {
    assert.deepEqual(fieldsOf({ format: { 'title-ger': 'Titel', title: 'Title' } }), { title: 'Title' });
  });

  it('reads the tags of the streams of an Ogg, those of the sound first', () => {
    const audio = { TITLE: 'T', GENRE: 'audio' };
    const video = { ARTIST: 'A', GENRE: 'video' };
    assert.deepEqual(fieldsOf({ formatName: 'ogg', audio, video }), {
      title: 'T',
      artist: 'A',
      genre: 'audio',
    });
  });

  it('does not take the name of a track for the title of the film', () => {
    const source = {
      formatName: 'matroska,webm',
      audio: { title: 'Surround 5.1', genre: 'G' },
      video: { title: 'HD' },
    };
    assert.deepEqual(fieldsOf(source), { genre: 'G' });
  });

  it('takes the title of a track that is tagged as a song is', () => {
    const source = { formatName: 'matroska,webm', audio: { TITLE: 'T', ARTIST: 'A' } };
    assert.deepEqual(fieldsOf(source), { title: 'T', artist: 'A' });
  });

  it('prefers the tags of the file to those of a track', () => {
    const source = { format: { artist: 'File' }, audio: { artist: 'Track', album: 'Track' } };
    assert.deepEqual(fieldsOf(source), { artist: 'File', album: 'Track' });
  });

  it('guesses the character set over all texts, chapters included', () => {
    const [artist, title, chapter] = ['Би-2', 'Полковнику никто не пишет', 'Ёж'].map((text) =>
      encodeCharset(text, 'windows-1251'),
    );
    assert.deepEqual(
      read({
        format: { artist: artist ?? '', title: title ?? '' },
        chapters: [{ start: 0, end: 1, title: chapter ?? '' }],
      }).tags,
      {
        artist: 'Би-2',
        title: 'Полковнику никто не пишет',
        chapters: [{ start: 0, end: 1, title: 'Ёж' }],
      },
    );
  });

  it('cuts a title of 10 MB at a character, with a warning', () => {
    const { tags, warnings } = read({ format: { title: utf8('é').repeat(5_000_000) } });
    assert.equal(tags.title, 'é'.repeat(500));
    assert.deepEqual(warnings, [
      { code: 'tags_limited', detail: 'The title of the file was too long, and was cut.' },
    ]);
  });

  it('keeps a bounded number of chapters, with a warning', () => {
    const chapters = Array.from({ length: 100_000 }, (_, start) => ({ start, end: start + 1, title: 'x' }));
    const { tags, warnings } = read({ chapters });
    assert.equal(tags.chapters.length, MAX_CHAPTERS);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['tags_limited'],
    );
  });

  it('looks at 1,000 of 100,000 tags', () => {
    const tags = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`title-${index}`, 'x']));
    let looks = 0;
    const format = new Proxy(tags, {
      get(target, name, receiver) {
        looks += 1;
        return Reflect.get(target, name, receiver);
      },
    });
    read({ format });
    assert.ok(looks <= 1000, `${looks} looks`);
  });
});
