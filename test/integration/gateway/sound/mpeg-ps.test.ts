import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { file } from '../../../support/media.ts';
import {
  assertPlanned,
  assertSameDamaged,
  assertSentWhole,
  DAMAGES,
  type SoundFilm,
  soundFilm,
} from '../../../support/sound-films.ts';

const film = (options: Partial<SoundFilm> = {}) =>
  soundFilm({ name: 'film.vob', picture: 'mpeg2', sounds: ['ac3'], ...options });

describe('planMpegPs', () => {
  for (const encoder of ['mp2', 'libmp3lame', 'ac3', 'dca', 'pcm_dvd']) {
    it(`keeps the sound of ${encoder}`, async () => {
      await assertPlanned(await film({ sounds: [encoder], mux: ['-ac', '2'] }));
    });
  }

  const situations: [name: string, film: Partial<SoundFilm>][] = [
    ['of a Video CD', { name: 'film.mpg', picture: 'mpeg1', sounds: ['mp2'], mux: ['-f', 'mpeg'] }],
    ['of a Super Video CD', { name: 'film.mpg', sounds: ['mp2'], mux: ['-f', 'svcd'] }],
    ['of a DVD', { name: 'film.mpg', mux: ['-f', 'dvd'] }],
    ['that begins late', { late: 2.5 }],
    ['that begins before the picture', { late: -2.5 }],
    ['that ends before the picture', { soundSeconds: 8 }],
    ['that ends after the picture', { pictureSeconds: 8 }],
    ['whose clock wraps', { mux: ['-output_ts_offset', '95436'] }],
  ];
  for (const [name, options] of situations) {
    it(`keeps the sound ${name}`, async () => {
      await assertPlanned(await film(options));
    });
  }

  it('takes the first of several, and the one at a position', async () => {
    const several = await film({ sounds: ['ac3', 'mp2'] });
    assert.equal(await assertPlanned(several), 1);
    assert.equal(await assertPlanned(several, { track: 2 }), 2);
  });

  it('keeps the sound of films in a row, whose clock jumps', async () => {
    const bytes = await Promise.all([film(), film({ late: 2.5 })].map(async (path) => readFile(await path)));
    await assertPlanned(await file('joined.vob', Buffer.concat(bytes)));
  });

  it('sends a film whole whose sound begins very late', async () => {
    await assertSentWhole(await film({ late: 9 }));
  });

  for (const [name, damage] of DAMAGES) {
    it(`gives the same, or sends the film whole, where it ${name}`, async () => {
      await assertSameDamaged(await film(), damage);
    });
  }
});
