import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mp3Details } from '../../../../services/shared/jobs/mp3-details.ts';
import { file, media, tone } from '../../../support/media.ts';
import { asOwner, asStranger, buildGateway } from '../../../unit/gateway/test-gateway.ts';
import { createTestConverter } from './test-converter.ts';

const CHAPTERS = `;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=2000
title=Вступление
[CHAPTER]
TIMEBASE=1/1000
START=2000
END=6000
title=<b>Second</b>
`;

/** A film with chapters and a cover. Its sound is a tone that stops in the middle. */
async function film(codec = 'aac'): Promise<string> {
  const sound = ['-f', 'lavfi', '-i', "aevalsrc='0.5*sin(2*PI*1000*t)*lt(t,3)|0':s=48000:d=6"];
  const picture = await media('cover.png', '-f', 'lavfi', '-i', 'testsrc2=s=64x64:d=1', '-frames:v', '1');
  const chapters = await file('chapters.txt', CHAPTERS);
  return media(
    `film-${codec}.mp4`,
    ...[...sound, '-i', picture, '-i', chapters],
    ...['-map', '0:a', '-map', '1:v', '-map_metadata', '2', '-map_chapters', '2'],
    ...['-c:a', codec, '-b:a', '192k', '-c:v', 'copy', '-disposition:v:0', 'attached_pic'],
  );
}

describe('the details of a converted job', () => {
  const JOBS: [what: string, codec: string, options: object][] = [
    ['of a film', 'aac', {}],
    ['at a constant bit rate', 'aac', { bitrate: 128 }],
    ['of an MP3 that was copied', 'libmp3lame', { copy: true }],
    ['of a normalized one', 'aac', { normalize: -20 }],
  ];
  for (const [what, codec, options] of JOBS) {
    it(`are served ${what}`, async () => {
      await using converter = await createTestConverter();
      const gateway = buildGateway({ state: converter.state });
      const job = await converter.submit(await film(codec), { options });
      const start = performance.now();
      await converter.deliver(job);
      const lasted = (performance.now() - start) / 1000;
      const path = `/jobs/${job.id}/details`;
      const { status, json } = await gateway.call('GET', path, { headers: asOwner });
      assert.equal(status, 200, JSON.stringify(json));
      const details = mp3Details.parse(json);

      assert.deepEqual(
        details.chapters.map(({ title }) => title),
        ['Вступление', '<b>Second</b>'],
      );
      assert.ok(Math.abs((details.chapters[0]?.end_seconds ?? 0) - 2) < 0.05);
      assert.equal(details.cover?.type, 'image/png');
      assert.deepEqual(
        details.steps.map(({ step }) => step),
        ['fetch', 'probe', 'encode', 'check', 'store'],
      );
      for (const { seconds } of details.steps) assert.ok(seconds >= 0 && seconds < lasted + 1);
      if ('bitrate' in options) assert.ok(Math.abs(details.bitrate_kbps - 128) < 2);
      const loud = details.peaks.slice(20, 480);
      const quiet = details.peaks.slice(520);
      // Half of full scale, or -20 LUFS.
      const [level, expected] = 'normalize' in options ? [39, -20] : [127, -9.7];
      const isHalf = Math.max(...quiet) < level / 10 && Math.min(...loud) > level * 0.8;
      assert.ok(isHalf, 'the tone stops in the middle');
      assert.ok(Math.abs((details.integrated_lufs ?? 0) - expected) < 0.6, `${details.integrated_lufs}`);

      const cover = await gateway.call('GET', `/jobs/${job.id}/cover`, { headers: asOwner });
      assert.deepEqual([cover.status, cover.bytes.length], [200, details.cover?.size]);
      assert.equal((await gateway.call('GET', path, { headers: asStranger })).status, 404);
    });
  }

  it('have a waveform of a sound that is as long as one frame, and no loudness', async () => {
    await using converter = await createTestConverter();
    const gateway = buildGateway({ state: converter.state });
    const job = await converter.submit(await media('frame.wav', ...tone(0.02)));
    await converter.deliver(job);
    const { json } = await gateway.call('GET', `/jobs/${job.id}/details`, { headers: asOwner });
    const details = mp3Details.parse(json);
    assert.equal(details.integrated_lufs, null);
    assert.ok(details.peaks.length > 500 && Math.max(...details.peaks) > 10);
  });
});
