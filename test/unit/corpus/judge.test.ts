import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JobWarning } from '../../../services/shared/jobs/warnings.ts';
import { type Mp3, whole } from '../../corpus/expected.ts';
import type { Film } from '../../corpus/film.ts';
import { judge } from '../../corpus/judge.ts';
import type { Pcm } from '../../corpus/measure.ts';
import { interleaved } from '../../corpus/sound.ts';

const RATE = 48_000;
const film: Film = { container: 'mkv', codec: 'pcm_s16le', seconds: 1, late: 0.5, layout: 'mono' };
const mp3: Mp3 = { ...whole(film), warnings: [{ code: 'gap_closed', seconds: 70 }] };
const gap: JobWarning = { code: 'gap_closed', detail: 'A pause was left out.', seconds: 70, at_seconds: 1 };

/** Half a second of silence, and one second of the sound. `shift` is in samples. */
function sound({ shift = 0, gain = 1, more = 0 } = {}): Pcm {
  const request = {
    voice: 'main',
    layout: 'mono',
    rate: RATE,
    samples: RATE,
    from: 0,
    gain,
    isSame: false,
  } as const;
  const channel = new Float32Array(1.5 * RATE + more);
  channel.set(interleaved(request).subarray(0, RATE - shift), 0.5 * RATE + shift);
  return { rate: RATE, channels: [channel] };
}

function withNoise(pcm: Pcm, at: number): Pcm {
  const channel = Float32Array.from(pcm.channels[0] ?? []);
  for (let n = 0; n < 2000; n++) channel[at + n] = Math.sin(n * n) * 0.2;
  return { ...pcm, channels: [channel] };
}

const judged = (pcm: Pcm, warnings = [gap]) => judge({ mp3 }, { pcm, warnings, seconds: 1 });

describe('judge', () => {
  it('finds nothing wrong with the sound that was expected', () => {
    assert.deepEqual(judged(sound()), []);
  });

  const table: [fault: string, pcm: Pcm, message: RegExp][] = [
    ['sound that is 60 samples late', sound({ shift: 60 }), /60\.0 samples late/],
    ['sound that is 0.2 s late', sound({ shift: 9600 }), /is 0\.2000 s late/],
    ['sound that is 0.2 dB too loud', sound({ gain: 1.0233 }), /0\.20 dB off/],
    ['an MP3 that is 200 samples too long', sound({ more: 200 }), /72200 samples/],
    ['noise in the silence', withNoise(sound(), 4800), /dBFS in the silence/],
    ['noise in the sound', withNoise(sound(), 48_000), /correlation/],
    ['silence instead of the sound', sound({ gain: 0 }), /is missing/],
    ['another rate', { ...sound(), rate: 44_100 }, /44100 Hz/],
    [
      'another number of channels',
      { ...sound(), channels: [...sound().channels, ...sound().channels] },
      /2 channels/,
    ],
    ['sound that exceeds full scale', sound({ gain: 8 }), /peaks of/],
  ];
  for (const [fault, pcm, message] of table) {
    it(`finds ${fault}`, () => {
      assert.match(judged(pcm).join('\n'), message);
    });
  }

  it('finds a warning that is missing', () => {
    assert.deepEqual(judged(sound(), []), ['no warning gap_closed']);
  });

  it('finds a warning with another number', () => {
    assert.match(judged(sound(), [{ ...gap, seconds: 7 }]).join(), /"seconds":7/);
  });

  it('finds a warning that nothing gives reason for', () => {
    const damaged = { code: 'damaged', detail: 'A part is damaged.' };
    assert.match(judged(sound(), [gap, damaged]).join(), /unexpected warning .*damaged/);
  });

  it('finds a conversion that should have failed, and one with another failure', () => {
    const failures = ['no_audio'];
    assert.deepEqual(judge({ failures }, { failure: 'no_audio', detail: 'no sound' }), []);
    assert.deepEqual(judge({ failures }, { failure: 'not_media', detail: 'x' }), ['not_media: x']);
    assert.match(judge({ failures }, { pcm: sound(), warnings: [], seconds: 1 }).join(), /converted/);
  });
});
