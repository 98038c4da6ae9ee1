import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Gain } from '../../../../services/converter/ffmpeg/gain.ts';
import type { Loudness } from '../../../../services/converter/loudness/measure.ts';
import { normalize } from '../../../../services/converter/loudness/normalize.ts';

interface Sound {
  integrated: number | undefined;
  truePeak: number | undefined;
  /** How many LU each dB of limiting takes away. */
  lossPerDb?: number;
  /** How much higher the peaks of the MP3 are, in dB. */
  overshoot?: number;
}

/** A sound whose level follows the gain as a limiter would make it. Records the gains with which it was encoded. */
function simulate(sound: Sound) {
  const encoded: (Gain | undefined)[] = [];
  const after = ({ gain, ceiling }: Gain): Loudness => {
    const { integrated, truePeak, lossPerDb = 0.4 } = sound;
    if (integrated === undefined || truePeak === undefined) return { integrated, truePeak };
    const peak = truePeak + gain;
    const limited = ceiling === undefined ? 0 : Math.max(0, peak - ceiling);
    return { integrated: integrated + gain - lossPerDb * limited, truePeak: peak - limited };
  };
  const measureSource = async (gain: Gain = { gain: 0, ceiling: undefined }) => after(gain);
  const encode = async (gain: Gain | undefined) => {
    encoded.push(gain);
    const made = after(gain ?? { gain: 0, ceiling: undefined });
    const truePeak = made.truePeak === undefined ? undefined : made.truePeak + (sound.overshoot ?? 0);
    return { ...made, truePeak };
  };
  return { encoded, after, measureSource, encode };
}

describe('normalize', () => {
  const linear: [string, Sound, number, number][] = [
    ['lowers a loud song', { integrated: -8, truePeak: 0.5 }, -16, -8],
    ['raises quiet speech that has room for it', { integrated: -30, truePeak: -18 }, -16, 14],
    ['leaves a sound that is right already', { integrated: -16, truePeak: -3 }, -16, 0],
    ['follows another target', { integrated: -20, truePeak: -9 }, -23, -3],
  ];
  for (const [title, sound, target, gain] of linear) {
    it(`${title} by a constant gain, and encodes once`, async () => {
      const { encoded, ...ports } = simulate(sound);
      assert.deepEqual(await normalize({ target, ...ports }), []);
      assert.deepEqual(encoded, [{ gain, ceiling: undefined }]);
    });
  }

  it('limits peaks, and makes up for the loudness that this takes away', async () => {
    const sound = simulate({ integrated: -29.4, truePeak: -5.5 });
    assert.deepEqual(await normalize({ target: -16, ...sound }), []);
    const made = sound.after(sound.encoded.at(-1) as Gain);
    assert.ok(Math.abs((made.integrated ?? 0) + 16) <= 0.5, `it has ${made.integrated} LUFS`);
    assert.ok((made.truePeak ?? 0) <= -1, `it has ${made.truePeak} dBTP`);
  });

  it('encodes again with a lower ceiling when the peaks of the MP3 are too high', async () => {
    const sound = simulate({ integrated: -20, truePeak: -6, overshoot: 1.5 });
    await normalize({ target: -16, ...sound });
    assert.ok(sound.encoded.length > 1);
    const made = sound.after(sound.encoded.at(-1) as Gain);
    assert.ok((made.truePeak ?? 0) + 1.5 <= -1);
  });

  it('warns when the peaks leave no room for the loudness', async () => {
    const sound = simulate({ integrated: -35, truePeak: -0.5, lossPerDb: 1 });
    const [warning, ...others] = await normalize({ target: -16, ...sound });
    assert.equal(warning?.code, 'limited');
    assert.match(warning.detail, /because the peaks of the sound leave no room for more\.$/);
    assert.equal(others.length, 0);
  });

  it('raises a very quiet sound by 40 dB at most, and says so', async () => {
    const { encoded, ...ports } = simulate({ integrated: -65, truePeak: -50 });
    const [warning] = await normalize({ target: -16, ...ports });
    assert.deepEqual(encoded, [{ gain: 40, ceiling: undefined }]);
    assert.equal(
      warning?.detail,
      'The loudness is -25 LUFS and not -16 LUFS, because sound is raised by 40 dB at most.',
    );
  });

  it('warns when the encoder raises the peaks each time', async () => {
    const { measureSource, after } = simulate({ integrated: -20, truePeak: -6 });
    const encode = async (gain: Gain | undefined) => ({ ...after(gain as Gain), truePeak: -0.5 });
    const warnings = await normalize({ target: -16, measureSource, encode });
    assert.match(warnings[0]?.detail ?? '', /peak is -0.5 dBTP/);
  });

  for (const [what, sound] of [
    ['silence', { integrated: undefined, truePeak: undefined }],
    ['a sound that is too short to be measured', { integrated: undefined, truePeak: -3 }],
  ] as const) {
    it(`leaves the level of ${what} as it is, and warns`, async () => {
      const { encoded, ...ports } = simulate(sound);
      assert.deepEqual(
        (await normalize({ target: -16, ...ports })).map(({ code }) => code),
        ['limited'],
      );
      assert.deepEqual(encoded, [undefined]);
    });
  }
});
