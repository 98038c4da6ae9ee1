import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { file } from '../../../support/media.ts';
import {
  assertPlanned,
  assertSameDamaged,
  assertSentWhole,
  DAMAGES,
  languages,
  type SoundFilm,
  soundFilm,
} from '../../../support/sound-films.ts';

const film = (options: Partial<SoundFilm> = {}) =>
  soundFilm({ name: 'film.ts', picture: 'h264', sounds: ['aac'], ...options });

const join = async (...paths: string[]) =>
  file('joined.ts', Buffer.concat(await Promise.all(paths.map((path) => readFile(path)))));

describe('planMpegTs', () => {
  for (const encoder of ['aac', 'mp2', 'libmp3lame', 'ac3', 'eac3', 'libopus', 's302m']) {
    it(`keeps the sound of ${encoder}`, async () => {
      await assertPlanned(await film({ sounds: [encoder], mux: ['-ac', '2'] }));
    });
  }

  for (const encoder of ['ac3', 'eac3', 'dca', 'truehd', 'pcm_bluray']) {
    it(`keeps the sound of ${encoder} on a Blu-ray disc`, async () => {
      const mux = ['-ac', '2', '-mpegts_m2ts_mode', '1'];
      await assertPlanned(await film({ name: 'film.m2ts', sounds: [encoder], mux }));
    });
  }

  const situations: [name: string, film: Partial<SoundFilm>][] = [
    ['in LATM', { mux: ['-mpegts_flags', 'latm'] }],
    ['as DVB describes it', { sounds: ['ac3'], mux: ['-mpegts_flags', 'system_b'] }],
    ['of a film in MPEG-2', { picture: 'mpeg2', sounds: ['mp2'] }],
    ['that begins late', { late: 2.5 }],
    ['that begins before the picture', { late: -2.5 }],
    ['that ends before the picture', { soundSeconds: 8 }],
    ['that ends after the picture', { pictureSeconds: 8 }],
    ['whose clock wraps', { mux: ['-output_ts_offset', '95436'] }],
    ['of a film with filler packets', { mux: ['-muxrate', '9M'] }],
  ];
  for (const [name, options] of situations) {
    it(`keeps the sound ${name}`, async () => {
      await assertPlanned(await film(options));
    });
  }

  const sounds = ['ac3', 'mp2', 'aac'];
  const inThree = languages('eng', 'ger', 'fra');
  const tracks: [name: string, mux: string[], wanted: number | string | undefined, position: number][] = [
    ['the first of several', inThree, undefined, 1],
    ['the one at a position', inThree, 2, 2],
    ['the one in a language', inThree, 'fr', 3],
    ['none that is for the blind', ['-disposition:a:0', 'visual_impaired', ...inThree], undefined, 2],
    ['none that describes the picture', languages('nar', 'ger', 'fra'), undefined, 2],
  ];
  for (const [name, mux, wanted, position] of tracks) {
    it(`takes ${name}`, async () => {
      const options = wanted === undefined ? {} : { track: wanted };
      assert.equal(await assertPlanned(await film({ sounds, mux }), options), position);
    });
  }

  it('keeps the sound of recordings in a row, whose clock jumps', async () => {
    await assertPlanned(
      await join(await film({ late: 2.5 }), await film(), await film({ pictureSeconds: 8 })),
    );
  });

  it('sends a film whole whose streams change', async () => {
    await assertSentWhole(await join(await film(), await film({ sounds: ['ac3'], mux: ['-ac', '2'] })));
  });

  it('sends a film whole whose sound begins very late', async () => {
    await assertSentWhole(await film({ late: 8 }));
  });

  it('sends a film whole that has several programs', async () => {
    const mux = ['-program', 'st=0:st=1', '-program', 'st=2'];
    await assertSentWhole(await film({ sounds: ['aac', 'mp2'], mux }));
  });

  it('sends a film whole that is scrambled', async () => {
    const bytes = Buffer.from(await readFile(await film()));
    // The packets of the sound have the PID 0x101.
    for (let at = 0; at < bytes.length; at += 188)
      if (bytes[at + 2] === 1) bytes[at + 3] = (bytes[at + 3] ?? 0) | 0x80;
    await assertSentWhole(await file('scrambled.ts', bytes));
  });

  const packets: typeof DAMAGES = [
    ['has no beginning', (bytes, random) => bytes.subarray(188 * random(bytes.length / 188))],
    [
      'has lost packets',
      (bytes, random) => {
        const all = Array.from({ length: bytes.length / 188 }, (_, at) =>
          bytes.subarray(188 * at, 188 * at + 188),
        );
        return Buffer.concat(all.filter(() => random(1000) > 0));
      },
    ],
  ];
  for (const [name, damage] of [...DAMAGES, ...packets]) {
    it(`gives the same, or sends the film whole, where it ${name}`, async () => {
      await assertSameDamaged(await film({ sounds, mux: inThree }), damage);
    });
  }
});
