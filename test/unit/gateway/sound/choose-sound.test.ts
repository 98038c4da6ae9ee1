import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseSound, type FilmTrack } from '../../../../services/gateway/sound/choose-sound.ts';
import { PROVEN } from '../../../../services/gateway/sound/proven.ts';

const [proven] = PROVEN['iso-media'];

const film = (...fields: Partial<FilmTrack>[]): FilmTrack[] =>
  fields.map((each, place) => ({
    ...{ position: place + 1, codec: proven, language: null, isEncrypted: false, isEmpty: false },
    ...{ isDefault: true, isDisabled: false, isSecondary: false },
    ...each,
  }));

describe('chooseSound', () => {
  const empty = { isEmpty: true };
  const encrypted = { isEncrypted: true };
  const unknown = { codec: undefined };
  const commentary = { isSecondary: true };
  const table: [
    name: string,
    fields: Partial<FilmTrack>[],
    wanted: number | string | undefined,
    position: number | undefined,
  ][] = [
    ['takes the only track', [{}], undefined, 1],
    ['takes the film rather than the commentary', [commentary, {}], undefined, 2],
    ['takes the track that is wanted', [{}, commentary], 2, 2],
    ['takes the track of the language that is wanted', [{ language: 'eng' }, { language: 'ger' }], 'deu', 2],
    ['skips an empty track', [empty, {}], undefined, 2],
    ['is not certain where a better track is encrypted', [encrypted, {}], undefined, undefined],
    ['is not certain where a better track is of another codec', [{ codec: 'ac4' }, {}], undefined, undefined],
    ['is not certain where the codec of a better track is unknown', [unknown, {}], undefined, undefined],
    ['takes no notice of a worse track that is encrypted', [{}, encrypted], undefined, 1],
    ['takes no notice of a worse track whose codec is unknown', [commentary, {}, unknown], undefined, 2],
    ['returns undefined where there is no sound', [], undefined, undefined],
    ['returns undefined where all tracks are empty', [empty, empty], undefined, undefined],
    ['returns undefined where the wanted track does not exist', [{}], 2, undefined],
    ['returns undefined where the wanted track is empty', [empty, {}], 1, undefined],
    ['returns undefined where no track has the wanted language', [{ language: 'eng' }], 'fra', undefined],
  ];
  for (const [name, fields, wanted, position] of table) {
    it(name, () => {
      assert.equal(chooseSound('iso-media', film(...fields), { track: wanted })?.position, position);
    });
  }
});
