import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseTrack } from '../../../../../services/converter/ffmpeg/probe/choose-track.ts';
import type { SourceTrack } from '../../../../../services/converter/ffmpeg/probe/source-track.ts';
import { sourceTrack } from '../../../../support/source-track.ts';

/** A film: the picture, and one audio track for each argument. */
const film = (...audio: Partial<SourceTrack>[]): SourceTrack[] => [
  sourceTrack({ type: 'video', position: null, codec: 'h264', codecTitle: 'H.264' }),
  ...audio.map((fields, place) => sourceTrack({ index: place + 1, position: place + 1, ...fields })),
];

const commentary = { isSecondary: true };
const plain = { isDefault: false };
const empty = { hasPackets: false };
const encrypted = { isEncrypted: true };
const unsupported = { isDecodable: false, codec: 'ac-4', codecTitle: 'AC-4' };

describe('chooseTrack › without a wish', () => {
  const table: [name: string, audio: Partial<SourceTrack>[], position: number][] = [
    ['the only track', [{}], 1],
    ['the first of equal ones', [{}, {}, {}], 1],
    ['the default one', [plain, plain, {}], 3],
    ['the first where none is the default', [plain, plain], 1],
    ['the film rather than a commentary', [commentary, {}], 2],
    ['the film rather than a commentary that is the default', [commentary, plain], 2],
    ['the film rather than two commentaries', [commentary, plain, commentary], 2],
    ['a commentary where there is nothing else', [{ ...commentary, ...plain }, commentary], 2],
    ['an enabled track rather than a disabled one', [{ isDisabled: true }, plain], 2],
    ['a disabled track rather than a commentary', [commentary, { isDisabled: true, isDefault: false }], 2],
    ['a track with packets', [empty, {}], 2],
    ['a track that is not the default, but has packets', [empty, plain], 2],
    ['a track that can be decoded', [unsupported, {}], 2],
    ['a track that is not encrypted', [encrypted, plain], 2],
    ['a commentary, where the film cannot be decoded', [unsupported, commentary], 2],
    ['a track of which little is known', [{ isDecodable: undefined, hasPackets: undefined }, plain], 1],
  ];
  for (const [name, audio, position] of table) {
    it(`takes ${name}`, () => assert.equal(chooseTrack(film(...audio)).track.position, position));
  }

  it('counts positions among the audio tracks, wherever they are in the file', () => {
    const [picture, first, second] = film({}, {}).map((track) => ({ ...track }));
    assert.ok(picture && first && second);
    assert.equal(chooseTrack([first, picture, second], 2).track.index, 2);
  });
});

describe('chooseTrack › warnings', () => {
  it('names the better track that cannot be decoded', () => {
    const { warnings } = chooseTrack(film({ ...unsupported, language: 'eng', title: 'Atmos' }, {}));
    assert.deepEqual(warnings, [
      {
        code: 'track_skipped',
        detail: 'Audio track 1 (eng, Atmos) cannot be decoded (AC-4); track 2 was taken.',
      },
    ]);
  });

  it('names a better track that is encrypted', () => {
    assert.match(chooseTrack(film(encrypted, {})).warnings[0]?.detail ?? '', /track 1 is encrypted/);
  });

  const silent: [name: string, audio: Partial<SourceTrack>[]][] = [
    ['nothing is skipped', [{}, {}]],
    ['the skipped track is empty', [empty, {}]],
    ['the track that cannot be decoded is a commentary', [{ ...commentary, ...unsupported }, {}]],
    ['the track that cannot be decoded comes later', [{}, unsupported]],
  ];
  for (const [name, audio] of silent) {
    it(`does not warn where ${name}`, () => assert.deepEqual(chooseTrack(film(...audio)).warnings, []));
  }
});

describe('chooseTrack › with a wish', () => {
  const languages = [{ language: 'eng' }, { language: 'ger' }, { language: 'pt-BR' }, { language: 'eng' }];
  const table: [wanted: number | string, position: number][] = [
    [1, 1],
    [3, 3],
    ['eng', 1],
    ['en', 1],
    ['de', 2],
    ['deu', 2],
    ['ger', 2],
    ['pt', 3],
    ['por', 3],
  ];
  for (const [wanted, position] of table) {
    it(`takes track ${position} for ${wanted}`, () => {
      assert.equal(chooseTrack(film(...languages), wanted).track.position, position);
    });
  }

  it('takes a commentary by its position', () => {
    assert.equal(chooseTrack(film({}, commentary), 2).track.position, 2);
  });

  it('takes the sound of the film among the tracks of one language', () => {
    const audio = [{ language: 'eng', ...commentary }, { language: 'fre' }, { language: 'eng', ...plain }];
    assert.equal(chooseTrack(film(...audio), 'en').track.position, 3);
  });

  it('takes the track of the language that can be decoded, and says so', () => {
    const audio = [{ language: 'fre' }, { language: 'eng', ...unsupported }, { language: 'eng' }];
    const { track, warnings } = chooseTrack(film(...audio), 'eng');
    assert.equal(track.position, 3);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['track_skipped'],
    );
  });

  it('lists the tracks where there is no such track', () => {
    const audio = [{ language: 'eng', title: 'Kommentar' }, { language: 'deu' }, {}];
    for (const wanted of [4, 'fra']) {
      assert.throws(() => chooseTrack(film(...audio), wanted), {
        code: 'unknown_track',
        message: `the file has no track ${wanted}, but 1 (eng, Kommentar); 2 (deu); 3`,
      });
    }
  });

  it('does not list hundreds of tracks', () => {
    assert.throws(() => chooseTrack(film(...Array.from({ length: 300 }, () => ({}))), 'fra'), {
      message: /; 20; and 280 more$/,
    });
  });

  it('does not take another track where the wanted one cannot be decoded', () => {
    assert.throws(() => chooseTrack(film({}, unsupported), 2), { code: 'unsupported_codec' });
    assert.throws(() => chooseTrack(film({}, encrypted), 2), { code: 'encrypted' });
    assert.throws(() => chooseTrack(film({}, empty), 2), { code: 'no_audio' });
  });
});

describe('chooseTrack › a file whose sound cannot be had', () => {
  const table: [name: string, audio: Partial<SourceTrack>[], code: string, message: RegExp][] = [
    ['no audio track', [], 'no_audio', /no sound/],
    ['only an empty track', [empty], 'no_audio', /empty/],
    ['only empty tracks', [empty, { ...empty, ...plain }], 'no_audio', /empty/],
    ['only a track in an unsupported codec', [unsupported], 'unsupported_codec', /AC-4/],
    ['an unsupported and an empty track', [empty, unsupported], 'unsupported_codec', /AC-4/],
    [
      'a track in an unknown codec',
      [{ ...unsupported, codec: 'unknown' }],
      'unsupported_codec',
      /unknown format/,
    ],
    ['only an encrypted track', [encrypted], 'encrypted', /copy protection/],
    ['an unsupported and an encrypted track', [unsupported, encrypted], 'encrypted', /copy protection/],
  ];
  for (const [name, audio, code, message] of table) {
    it(`is refused with ${code} where it has ${name}`, () => {
      assert.throws(() => chooseTrack(film(...audio)), { code, message });
    });
  }
});
