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
  soundFilm({ name: 'film.flv', picture: 'h264', sounds: ['aac'], rate: 44_100, ...options });

describe('planFlv', () => {
  const codecs: [encoder: string, rate?: number][] = [
    ...([['aac'], ['libmp3lame'], ['pcm_s16le'], ['adpcm_swf'], ['nellymoser']] as [string][]),
    ...([
      ['pcm_alaw', 8000],
      ['pcm_mulaw', 8000],
      ['libspeex', 16_000],
    ] as [string, number][]),
  ];
  for (const [encoder, rate = 44_100] of codecs) {
    it(`keeps the sound of ${encoder}`, async () => {
      await assertPlanned(await film({ sounds: [encoder], rate }));
    });
  }

  const situations: [name: string, film: Partial<SoundFilm>][] = [
    ['of a film in Sorenson’s codec', { picture: 'flv1', sounds: ['libmp3lame'] }],
    ['of a film without a stated length', { mux: ['-flvflags', 'no_duration_filesize'] }],
    ['of a film with an index', { mux: ['-flvflags', 'add_keyframe_index'] }],
    ['that begins late', { late: 3 }],
    ['that begins before the picture', { late: -3 }],
    ['that ends before the picture', { soundSeconds: 8 }],
    ['that ends after the picture', { pictureSeconds: 8 }],
  ];
  for (const [name, options] of situations) {
    it(`keeps the sound ${name}`, async () => {
      await assertPlanned(await film(options));
    });
  }

  it('sends a film whole whose sound begins very late', async () => {
    await assertSentWhole(await film({ late: 9 }));
  });

  for (const [name, damage] of DAMAGES) {
    it(`gives the same, or sends the film whole, where it ${name}`, async () => {
      await assertSameDamaged(await film(), damage);
    });
  }
});
