import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROVEN } from '../../../../../services/gateway/sound/proven.ts';
import { compareSound } from '../../../../support/compared-sound.ts';
import { file, media, picture, tone } from '../../../../support/media.ts';
import { randomBytes } from '../../../../support/random.ts';

const SECONDS = 2;
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];

const film = (name: string, ...encoder: string[]) =>
  media(
    name,
    ...picture(SECONDS),
    ...tone(SECONDS, { rate: 48_000 }),
    ...H264,
    '-strict',
    '-2',
    '-ac',
    '2',
    ...encoder,
  );

/** A 3GP with frames of AMR, for which this ffmpeg has no encoder: noise, behind a header that says the mode. */
async function amr(magic: string, mode: number, frameBytes: number): Promise<string> {
  const frames = Array.from({ length: 50 * SECONDS }, (_, index) =>
    Buffer.concat([Buffer.from([mode]), randomBytes(frameBytes - 1, index % 256)]),
  );
  const sound = await file('sound.amr', Buffer.concat([Buffer.from(magic), ...frames]));
  return media('film.3gp', ...picture(SECONDS), '-i', sound, ...H264, '-c:a', 'copy');
}

const mp4 = (encoder: string) => film('film.mp4', '-c:a', encoder);
const mov = (encoder: string) => film('film.mov', '-c:a', encoder);

/** A film for each codec and kind of file. */
const FILMS: Record<string, Record<string, () => Promise<string>>> = {
  aac: { mp4: () => mp4('aac'), mov: () => mov('aac'), m4v: () => film('film.m4v', '-c:a', 'aac') },
  mp3: { mp4: () => mp4('libmp3lame'), mov: () => mov('libmp3lame') },
  mp2: { mp4: () => mp4('mp2'), mov: () => mov('mp2') },
  ac3: { mp4: () => mp4('ac3'), mov: () => mov('ac3') },
  eac3: { mp4: () => mp4('eac3'), mov: () => mov('eac3') },
  dts: { mp4: () => mp4('dca') },
  truehd: { mp4: () => mp4('truehd') },
  opus: { mp4: () => mp4('libopus') },
  vorbis: { mp4: () => mp4('libvorbis') },
  flac: { mp4: () => mp4('flac') },
  alac: { mp4: () => mp4('alac'), mov: () => mov('alac') },
  amr_nb: { '3gp': () => amr('#!AMR\n', 0x3c, 32) },
  amr_wb: { '3gp': () => amr('#!AMR-WB\n', 0x44, 61) },
  ...Object.fromEntries(
    PROVEN['iso-media']
      .filter((codec) => /^(ad)?pcm_/.test(codec))
      .map((codec) => [codec, { mov: () => mov(codec) }]),
  ),
};

describe('planIsoMedia', () => {
  for (const codec of PROVEN['iso-media']) {
    for (const [container, make] of Object.entries(FILMS[codec] ?? { none: undefined })) {
      it(`sends the sound alone of ${container} with ${codec}, and the MP3 is the same`, async () => {
        assert.ok(make, 'There is no film with this codec.');
        const { sentBytes, differences, failure, track } = await compareSound(await make());
        assert.deepEqual({ differences, failure, track }, { differences: [], failure: undefined, track: 1 });
        assert.notEqual(sentBytes, undefined);
      });
    }
  }

  it('sends the whole film with a codec that is not proven', async () => {
    assert.equal((await compareSound(await mov('adpcm_ms'))).sentBytes, undefined);
  });
});
