import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { media, picture, tone } from '../../../../support/media.ts';
import { edited, probeFile } from './probe-file.ts';

const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const tones = [...tone(1), ...tone(1, { hz: 660 }), ...tone(1, { hz: 880 })];
const three = [...picture(1), ...tones, ...[0, 1, 2, 3].flatMap((index) => ['-map', String(index)])];

const tag = (place: number, name: string, value: string) => [`-metadata:s:a:${place}`, `${name}=${value}`];
const flag = (place: number, value: string) => [`-disposition:a:${place}`, value];
const film = (name: string, codec: string, ...options: string[]) =>
  media(name, ...three, ...x264, '-c:a', codec, ...options);

/** Clears the flag «enabled» of the audio track of an MP4 at this place, from 0. @see ISO 14496-12 8.3.2 */
const disabledInMp4 = async (path: string, place: number) =>
  edited(path, `disabled-${place}.mp4`, (bytes) => {
    let offset = -1;
    // The first track is the picture.
    for (let count = 0; count <= place + 1; count += 1) offset = bytes.indexOf('tkhd', offset + 1);
    bytes[offset + 7] = (bytes[offset + 7] ?? 0) & ~1;
    return undefined;
  });

/** Clears `FlagEnabled` of the first audio track of a Matroska file, in place of its `FlagLacing`. @see RFC 9559 5.1.4.1.4 */
const disabledInMatroska = async (path: string) =>
  edited(path, 'disabled.mkv', (bytes) => {
    const lacing = Buffer.from([0x9c, 0x81, 0x00]);
    const second = bytes.indexOf(lacing, bytes.indexOf(lacing) + 1);
    bytes[second] = 0xb9;
    return undefined;
  });

describe('probe › the track that it takes', { concurrency: 2 }, () => {
  const table: [name: string, source: () => Promise<string>, position: number][] = [
    ['the first', () => film('a.mkv', 'aac'), 1],
    ['the default one in Matroska', () => film('d.mkv', 'aac', ...flag(0, '0'), ...flag(2, 'default')), 3],
    [
      'the enabled one in MP4',
      async () => disabledInMp4(await film('e.mp4', 'aac', ...flag(1, 'default')), 0),
      2,
    ],
    ['the enabled one in MOV', () => film('e.mov', 'alac', ...flag(0, '0'), ...flag(2, 'default')), 3],
    ['one that is not disabled in Matroska', async () => disabledInMatroska(await film('x.mkv', 'aac')), 2],
    ['one that is no commentary, by its flag', () => film('c.mkv', 'ac3', ...flag(0, 'default+comment')), 2],
    [
      'one that is no commentary, by its flag in MP4',
      () => film('c.mp4', 'aac', ...flag(0, 'default+comment')),
      2,
    ],
    [
      'one that is no commentary, by its title',
      () => film('t.mkv', 'mp3', ...tag(0, 'title', 'Director’s Commentary')),
      2,
    ],
    [
      'one that is no commentary, by its German title',
      () => film('u.mkv', 'aac', ...tag(0, 'title', 'Audiokommentar')),
      2,
    ],
    [
      'one that is no commentary, by its Japanese title',
      () => film('j.mkv', 'aac', ...tag(0, 'title', '監督コメンタリー')),
      2,
    ],
    [
      'one that is no description, by its title',
      () => film('v.mkv', 'aac', ...tag(0, 'title', 'English AD')),
      2,
    ],
    [
      'one that is no description, by its name in MP4',
      () => film('n.mp4', 'aac', ...tag(0, 'handler_name', 'Audio Description')),
      2,
    ],
    ['one that is no description, by its flag', () => film('w.mkv', 'aac', ...flag(0, 'visual_impaired')), 2],
    [
      'one that is no description, by its flag in a transport stream',
      () => film('y.ts', 'mp2', ...tag(0, 'language', 'eng'), ...flag(0, 'visual_impaired')),
      2,
    ],
    [
      'one that is for all, by its flag in a transport stream',
      () => film('z.ts', 'mp2', ...tag(0, 'language', 'eng'), ...flag(0, 'hearing_impaired')),
      2,
    ],
    [
      'one that is no narrative, by its language',
      () => film('q.ts', 'mp2', ...tag(0, 'language', 'nar'), ...tag(1, 'language', 'eng')),
      2,
    ],
    [
      'one with packets',
      () =>
        media(
          'p.mkv',
          ...picture(1),
          '-f',
          'lavfi',
          '-i',
          'anullsrc=d=0',
          ...tone(1),
          ...[0, 1, 2].flatMap((i) => ['-map', `${i}`]),
          ...x264,
          '-c:a',
          'aac',
        ),
      2,
    ],
  ];
  for (const [name, source, position] of table) {
    it(`is ${name}`, async () => {
      const { audio, tracks } = await probeFile(await source());
      assert.equal(audio.position, position);
      assert.deepEqual(
        tracks.filter(({ selected }) => selected).map((track) => track.position),
        [position],
      );
    });
  }
});

describe('probe › a track that is asked for', { concurrency: 2 }, () => {
  const languages = (...codes: string[]) => codes.flatMap((code, place) => tag(place, 'language', code));
  const mkv = () => film('l.mkv', 'aac', ...languages('eng', 'ger', 'chi'));
  const table: [name: string, source: () => Promise<string>, wanted: number | string, position: number][] = [
    ['by its position', mkv, 3, 3],
    ['by its language in Matroska', mkv, 'de', 2],
    ['by the other code of its language', mkv, 'zho', 3],
    ['by its language in MP4', () => film('l.mp4', 'aac', ...languages('eng', 'deu', 'fra')), 'fre', 3],
    [
      'by its language in a transport stream',
      () => film('l.ts', 'mp2', ...languages('spa', 'por', 'ita')),
      'it',
      3,
    ],
    [
      'by its language in Ogg',
      () =>
        media(
          'l.ogg',
          ...tones,
          ...[0, 1, 2].flatMap((i) => ['-map', `${i}`]),
          '-c:a',
          'libvorbis',
          ...languages('eng', 'cze', 'rum'),
        ),
      'ro',
      3,
    ],
    [
      'by its language in WMV',
      () => media('l.wmv', ...three, '-c:v', 'wmv2', '-c:a', 'wmav2', ...languages('eng', 'jpn', 'kor')),
      'ja',
      2,
    ],
    ['although it is a commentary', () => film('k.mkv', 'aac', ...flag(1, 'comment')), 2, 2],
  ];
  for (const [name, source, wanted, position] of table) {
    it(`is taken ${name}`, async () => {
      assert.equal((await probeFile(await source(), wanted)).audio.position, position);
    });
  }

  for (const wanted of [4, 'spa']) {
    it(`is a failure that lists the tracks, where there is no ${wanted}`, async () => {
      await assert.rejects(
        mkv().then((path) => probeFile(path, wanted)),
        {
          code: 'unknown_track',
          message: `the file has no track ${wanted}, but 1 (eng); 2 (ger); 3 (chi)`,
        },
      );
    });
  }
});

describe('probe › what it tells about tracks', () => {
  it('lists language, title, codec and channels', async () => {
    const options = [
      ...tag(0, 'language', 'ger'),
      ...tag(0, 'title', 'Größe — 歌\u202e'),
      ...tag(1, 'language', 'und'),
    ];
    const source = await film('f.mkv', 'aac', ...options, '-ac:a:2', '6', '-c:a:2', 'ac3');
    const { tracks } = await probeFile(source);
    const [picture, first, second, third] = tracks.map(({ duration_seconds, ...fields }) => fields);
    const video = { index: 0, type: 'video', position: null, codec: 'h264', channels: null };
    assert.deepEqual(picture, { ...video, language: null, title: null, selected: false });
    const audio = { type: 'audio', codec: 'aac', channels: 1, language: null, title: null, selected: false };
    assert.deepEqual(first, {
      ...audio,
      index: 1,
      position: 1,
      language: 'ger',
      title: 'Größe — 歌',
      selected: true,
    });
    assert.deepEqual(second, { ...audio, index: 2, position: 2 });
    assert.deepEqual(third, { ...audio, index: 3, position: 3, codec: 'ac3', channels: 6 });
  });

  it('cuts a long title', async () => {
    const { tracks } = await probeFile(await film('long.mkv', 'aac', ...tag(0, 'title', '長'.repeat(5000))));
    assert.equal(tracks[1]?.title, '長'.repeat(100));
  });

  it('does not show the name of a program as a title', async () => {
    assert.equal((await probeFile(await film('g.mp4', 'aac'))).tracks[1]?.title, null);
  });

  it('lists 32 tracks at most', async () => {
    const maps = Array.from({ length: 40 }, () => ['-map', '0']).flat();
    const { tracks } = await probeFile(await media('many.mkv', ...tone(0.1), ...maps, '-c:a', 'pcm_s16le'));
    assert.equal(tracks.length, 32);
  });
});
