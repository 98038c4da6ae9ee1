import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { media } from '../../../support/media.ts';
import { allAccepted, openHome, startSharedPage } from './open-home.ts';
import { chooseFilms, convertButton, packetSamples, transportSamples } from './page-films.ts';

const SECONDS = 30;
/** Noise, of which no part occurs twice. */
const NOISE = [
  ...['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=25:d=${SECONDS},noise=alls=60:allf=t`],
  ...['-f', 'lavfi', '-i', `anoisesrc=d=${SECONDS}:r=48000:a=0.1`],
];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '2M'];
const AAC = ['-c:a', 'aac', '-b:a', '128k'];

interface Film {
  what: string;
  name: string;
  arguments: string[];
  /**
   * From which share of the film to which one none of the picture may be sent. At the start, ffmpeg learns the order and the rate of
   * the pictures. The end of a transport stream stays as it is, because ffmpeg finds the length there.
   */
  withoutPicture: [from: number, to: number];
  /** The share of the packets of the picture that may be sent in all. It is the smaller, the longer a film is. */
  mostPictures: number;
  samplesOf: typeof packetSamples;
}

const FILMS: Film[] = [
  {
    ...{ what: 'MP4 with H.264', name: 'film.mp4', arguments: [...H264, ...AAC, '-movflags', '+faststart'] },
    ...{ withoutPicture: [0, 1], mostPictures: 0, samplesOf: packetSamples },
  },
  {
    ...{ what: 'MKV with MPEG-4', name: 'film.mkv', arguments: ['-c:v', 'mpeg4', '-b:v', '2M', ...AAC] },
    ...{ withoutPicture: [0.05, 1], mostPictures: 0.05, samplesOf: packetSamples },
  },
  {
    ...{ what: 'TS with H.264', name: 'film.ts', arguments: [...H264, ...AAC] },
    ...{ withoutPicture: [0.33, 0.9], mostPictures: 0.12, samplesOf: transportSamples },
  },
];

describe('what the page sends of a film', async () => {
  const started = await startSharedPage();

  for (const { what, name, arguments: args, withoutPicture, mostPictures, samplesOf } of FILMS)
    it(`is its sound, and not its picture: ${what}`, async (context) => {
      const { page, complaints, wire } = await openHome(started, context);
      const film = await media(name, ...NOISE, ...args, '-shortest');
      const before = wire.sentBytes();
      await chooseFilms(page, film);
      await page.getByText(/^[\d.]+ .B of [\d.]+ MB will be sent$/).waitFor();
      await convertButton(page).click();
      await allAccepted(page);
      const sent = wire.sent();
      const [video, audio] = [await samplesOf(film, 'video'), await samplesOf(film, 'audio')];
      assert.ok(
        video.length >= SECONDS * 24 && audio.length > SECONDS * 5,
        `${video.length} and ${audio.length}`,
      );
      const found = (samples: Buffer[]) => samples.filter((sample) => sent.includes(sample)).length;
      const bytes = (count: number) => `${(count / 1e6).toFixed(2)} MB`;
      const { length: size } = await readFile(film);
      context.diagnostic(
        `${path.extname(film)}: film ${bytes(size)}, sent ${bytes(wire.sentBytes() - before)} with all headers; ` +
          `of ${audio.length} packets of the sound ${found(audio)}, of ${video.length} of the picture ${found(video)}`,
      );
      // Two requests may share a packet.
      assert.ok(audio.length - found(audio) <= 2, 'all of the sound is sent');
      const [from, to] = withoutPicture.map((share) => Math.floor(share * video.length));
      assert.equal(found(video.slice(from, to)), 0, 'nothing of the picture is sent');
      assert.ok(
        found(video) <= mostPictures * video.length,
        `${found(video)} packets of the picture are sent`,
      );
      assert.deepEqual(complaints, []);
    });
});
