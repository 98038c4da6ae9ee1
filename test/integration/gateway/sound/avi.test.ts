import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assertPlanned,
  assertSameDamaged,
  assertSentWhole,
  DAMAGES,
  type SoundFilm,
  soundFilm,
} from '../../../support/sound-films.ts';

const film = (options: Partial<SoundFilm> = {}) =>
  soundFilm({ name: 'film.avi', picture: 'mpeg4', sounds: ['libmp3lame'], ...options });

describe('planAvi', () => {
  const codecs = ['libmp3lame', 'mp2', 'ac3', 'dca', 'aac', 'pcm_u8', 'pcm_s16le', 'pcm_alaw', 'pcm_mulaw'];
  for (const encoder of [...codecs, 'adpcm_ms', 'adpcm_ima_wav']) {
    it(`keeps the sound of ${encoder}`, async () => {
      await assertPlanned(await film({ sounds: [encoder] }));
    });
  }

  const situations: [name: string, film: Partial<SoundFilm>][] = [
    ['of a variable bit rate', { mux: ['-q:a', '4'] }],
    ['that begins late', { late: 1.5 }],
    ['that begins before the picture', { late: -3 }],
    ['that ends before the picture', { soundSeconds: 8 }],
    ['that ends after the picture', { pictureSeconds: 8 }],
    ['with its tags', { mux: ['-metadata', 'title=Holiday', '-metadata', 'artist=Ann'] }],
  ];
  for (const [name, options] of situations) {
    it(`keeps the sound ${name}`, async () => {
      await assertPlanned(await film(options));
    });
  }

  const several = {
    sounds: ['ac3', 'pcm_s16le', 'libmp3lame'],
    mux: ['-metadata:s:a:0', 'title=Commentary'],
  };
  it('takes none that is a commentary', async () => {
    assert.equal(await assertPlanned(await film(several)), 2);
  });
  it('takes the one at a position', async () => {
    assert.equal(await assertPlanned(await film(several), { track: 3 }), 3);
  });
  it('sends a film whole of which it is not certain that the best track can be decoded', async () => {
    await assertSentWhole(await film({ sounds: ['ac3', 'libmp3lame'] }));
  });

  for (const [name, damage] of DAMAGES) {
    it(`gives the same, or sends the film whole, where it ${name}`, async () => {
      await assertSameDamaged(await film(), damage);
    });
  }
});
