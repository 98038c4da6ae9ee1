import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { planMpegTs } from '../../../../../services/gateway/client/sound/mpeg-ts/plan-mpeg-ts.ts';
import { file, media, tone } from '../../../../support/media.ts';
import { randomNumbers } from '../../../../support/random.ts';
import { compareSound, noisyPicture } from '../../../../support/sound-films.ts';

const SECONDS = 12;

interface Film {
  name?: string;
  /** ffmpeg's names of the encoders of its sounds. */
  sounds?: readonly string[];
  picture?: 'h264' | 'mpeg2';
  /** Seconds by which the sound is later than the picture. */
  late?: number;
  pictureSeconds?: number;
  soundSeconds?: number;
  mux?: readonly string[];
}

async function film(options: Film = {}): Promise<string> {
  const { name = 'film.ts', sounds = ['aac'], picture = 'h264', late = 0, mux = [] } = options;
  const { pictureSeconds = SECONDS, soundSeconds = SECONDS } = options;
  const shift = (seconds: number) => ['-itsoffset', String(Math.max(0, seconds))];
  return media(
    name,
    ...[...shift(-late), '-i', await noisyPicture(pictureSeconds, picture)],
    ...sounds.flatMap((_, place) => [
      ...shift(late),
      ...tone(soundSeconds, { rate: 48_000, hz: 300 + 100 * place }),
    ]),
    ...['-map', '0:v', ...sounds.flatMap((_, place) => ['-map', `${place + 1}:a`]), '-c:v', 'copy'],
    ...sounds.flatMap((codec, place) => [`-c:a:${place}`, codec, `-ac:a:${place}`, '2']),
    ...['-strict', '-2', ...mux],
  );
}

const languages = (...codes: string[]) =>
  codes.flatMap((code, place) => [`-metadata:s:a:${place}`, `language=${code}`]);

/** Sends a part of the film and gets the same. */
async function assertPlanned(path: string, track?: number | string): Promise<number> {
  const compared = await compareSound(planMpegTs, path, track);
  assert.ok(compared, 'the film is sent whole');
  assert.ok(compared.sent < compared.film / 2, `${compared.sent} of ${compared.film} bytes`);
  return compared.track;
}

describe('planMpegTs', () => {
  const codecs: [encoder: string, mux?: readonly string[]][] = [
    ...[['aac'], ['mp2'], ['libmp3lame'], ['ac3'], ['eac3'], ['libopus'], ['s302m']].map(
      ([name = '']) => [name] as [string],
    ),
    ['aac', ['-mpegts_flags', 'latm']],
    ['ac3', ['-mpegts_flags', 'system_b']],
  ];
  for (const [encoder, mux = []] of codecs) {
    it(`keeps the sound of ${[encoder, ...mux].join(' ')}`, async () => {
      await assertPlanned(await film({ sounds: [encoder], mux }));
    });
  }

  for (const encoder of ['ac3', 'eac3', 'dca', 'truehd', 'pcm_bluray']) {
    it(`keeps the sound of ${encoder} on a Blu-ray disc`, async () => {
      await assertPlanned(
        await film({ name: 'film.m2ts', sounds: [encoder], mux: ['-mpegts_m2ts_mode', '1'] }),
      );
    });
  }

  const situations: [name: string, film: Film][] = [
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
  const tracks: [name: string, mux: string[], wanted: number | string | undefined, position: number][] = [
    ['the first of several', languages('eng', 'ger', 'fra'), undefined, 1],
    ['the one at a position', languages('eng', 'ger', 'fra'), 2, 2],
    ['the one in a language', languages('eng', 'ger', 'fra'), 'fr', 3],
    [
      'none that is for the blind',
      ['-disposition:a:0', 'visual_impaired', ...languages('eng', 'ger', 'fra')],
      undefined,
      2,
    ],
    ['none that describes the picture', languages('nar', 'ger', 'fra'), undefined, 2],
  ];
  for (const [name, mux, wanted, position] of tracks) {
    it(`takes ${name}`, async () => {
      assert.equal(await assertPlanned(await film({ sounds, mux }), wanted), position);
    });
  }

  it('keeps the sound of recordings in a row, whose clock jumps', async () => {
    const parts = [await film({ late: 1 }), await film(), await film({ pictureSeconds: 8 })];
    const bytes = await Promise.all(parts.map((path) => readFile(path)));
    await assertPlanned(await file('joined.ts', Buffer.concat(bytes)));
  });

  it('sends a film whole whose streams change', async () => {
    const bytes = await Promise.all(
      [film(), film({ sounds: ['mp2'] })].map(async (path) => readFile(await path)),
    );
    assert.equal(await compareSound(planMpegTs, await file('changed.ts', Buffer.concat(bytes))), undefined);
  });

  it('sends a film whole whose sound begins very late', async () => {
    assert.equal(await compareSound(planMpegTs, await film({ late: 8 })), undefined);
  });

  const random = randomNumbers(18);
  const damages: [name: string, damage: (bytes: Buffer) => Buffer][] = [
    ['is cut', (bytes) => bytes.subarray(0, random(bytes.length))],
    ['has no beginning', (bytes) => bytes.subarray(188 * random(bytes.length / 188))],
    ['has wrong bytes', (bytes) => withWrongBytes(bytes, 20)],
    ['has lost packets', (bytes) => withoutPackets(bytes)],
    ['has lost bytes', (bytes) => withoutBytes(bytes)],
  ];
  const withWrongBytes = (bytes: Buffer, count: number): Buffer => {
    const damaged = Buffer.from(bytes);
    for (let number = 0; number < count; number++)
      damaged[random(number < 5 ? 20_000 : bytes.length)] = random(256);
    return damaged;
  };
  const withoutPackets = (bytes: Buffer): Buffer => {
    const packets = Array.from({ length: bytes.length / 188 }, (_, index) =>
      bytes.subarray(188 * index, 188 * index + 188),
    );
    return Buffer.concat(packets.filter(() => random(1000) > 0));
  };
  const withoutBytes = (bytes: Buffer): Buffer => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(10_000))]);
  };
  for (const [name, damage] of damages) {
    it(`gives the same MP3, or sends the film whole, where it ${name}`, async () => {
      const bytes = await readFile(await film({ sounds, mux: languages('eng', 'ger', 'fra') }));
      for (let round = 0; round < 4; round++)
        await compareSound(planMpegTs, await file('damaged.ts', damage(bytes)));
    });
  }
});
