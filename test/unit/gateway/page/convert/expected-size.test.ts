import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectedSize } from '../../../../../services/gateway/page/app/convert/films/expected-size.ts';
import { soundBytes } from '../../../../../services/shared/mp3/sound-bytes.ts';
import { probeAnswer } from '../../client/test-probes.ts';

const SECONDS = 3600;
const TAG_BYTES = 40_000;
const stereo = { sampleRate: 48_000, channels: 2 };
/** An hour in stereo, as a gateway describes it that was asked for the default options. */
const hour = probeAnswer({
  sound: { sample_rate: 48_000, channels: 2 },
  expected: {
    ...{ duration_seconds: SECONDS, seconds: 60 },
    size: soundBytes(SECONDS, stereo, { quality: 2 }) + TAG_BYTES,
  },
  warnings: [],
});

describe('the size that an MP3 is expected to have', () => {
  it('is what the gateway expects with the options of the probe', () => {
    assert.deepEqual(expectedSize(hour, {}), { bytes: hour.expected.size, isVariable: true });
  });

  const CASES: [options: Record<string, string>, kbps: number, seconds: number, isVariable: boolean][] = [
    [{ bitrate: '320' }, 320, SECONDS, false],
    [{ preset: 'podcast' }, 96, SECONDS, false],
    [{ preset: 'small' }, 48, SECONDS, false],
    [{ preset: 'small', bitrate: '64' }, 64, SECONDS, false],
    [{ preset: 'music' }, 252, SECONDS, true],
    [{ quality: '9', channels: '1' }, 44, SECONDS, true],
    [{ bitrate: '128', start: '600' }, 128, 3000, false],
    [{ bitrate: '128', start: '600', end: '0:20:00' }, 128, 600, false],
    [{ bitrate: '128', end: '99:00:00' }, 128, SECONDS, false],
  ];
  for (const [options, kbps, seconds, isVariable] of CASES)
    it(`is that of ${kbps} kbps for ${seconds} s with ${JSON.stringify(options)}`, () => {
      const expected = expectedSize(hour, options);
      assert.ok(expected);
      assert.equal(expected.isVariable, isVariable);
      const bytes = (kbps * 1000 * seconds) / 8 + TAG_BYTES;
      assert.ok(Math.abs(expected.bytes - bytes) < bytes / 1000, `${expected.bytes} and ${bytes}`);
    });

  it('has no tag where that is left out', () => {
    const bytes = soundBytes(SECONDS, stereo, { quality: 2 });
    assert.equal(expectedSize(hour, { strip_tags: 'true' })?.bytes, bytes);
    assert.equal(expectedSize(hour, { cover: 'none' })?.bytes, bytes);
  });

  const [, ...tracks] = hour.tracks;
  const copied = tracks.map((track) => ({ ...track, codec: 'mp3' }));
  const UNKNOWN: [what: string, probe: typeof hour, options: Record<string, string>][] = [
    ['an option is wrong', hour, { bitrate: '1' }],
    ['the part begins behind the end', hour, { start: '2:00:00' }],
    ['the length is unknown', { ...hour, expected: { ...hour.expected, duration_seconds: null } }, {}],
    ['the sound is unknown', { ...hour, sound: undefined }, {}],
    ['the end of the film is missing', { ...hour, warnings: [{ code: 'truncated', detail: '' }] }, {}],
    ['the sound is passed on as it is', { ...hour, tracks: copied }, { copy: 'true' }],
  ];
  for (const [what, probe, options] of UNKNOWN)
    it(`is unknown where ${what}`, () => assert.equal(expectedSize(probe, options), undefined));
});
