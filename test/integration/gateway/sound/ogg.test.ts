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
  soundFilm({ name: 'film.ogv', picture: 'theora', sounds: ['libvorbis'], ...options });

describe('planOgg', () => {
  for (const [encoder, rate] of [['libvorbis'], ['libopus'], ['flac'], ['libspeex', 16_000]] as const) {
    it(`keeps the sound of ${encoder}`, async () => {
      await assertPlanned(await film({ sounds: [encoder], rate: rate ?? 48_000 }));
    });
  }

  const situations: [name: string, film: Partial<SoundFilm>][] = [
    ['that begins late', { late: 1.5 }],
    ['that begins before the picture', { late: -1.5 }],
    ['that ends before the picture', { soundSeconds: 8 }],
    ['that ends after the picture', { pictureSeconds: 8 }],
    ['with its tags', { mux: ['-metadata', 'title=Holiday', '-metadata:s:a:0', 'artist=Ann'] }],
  ];
  for (const [name, options] of situations) {
    it(`keeps the sound ${name}`, async () => {
      await assertPlanned(await film(options));
    });
  }

  it('takes the one of several that is at a position, and else sends the film whole', async () => {
    const several = await film({ sounds: ['libvorbis', 'libopus'] });
    assert.equal(await assertPlanned(several, { track: 2 }), 2);
    await assertSentWhole(several);
  });

  it('sends films in a row whole', async () => {
    const bytes = await Promise.all([film(), film({ late: 1.5 })].map(async (path) => readFile(await path)));
    await assertSentWhole(await file('joined.ogv', Buffer.concat(bytes)));
  });

  for (const [name, damage] of DAMAGES) {
    it(`gives the same, or sends the film whole, where it ${name}`, async () => {
      await assertSameDamaged(await film(), damage);
    });
  }
});
