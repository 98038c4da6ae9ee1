import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { soundFaults } from '../../hostile/attempt/sound-faults.ts';

const faults = (seconds: number, bytes: number, size: number, sourceRate?: number) =>
  soundFaults({ seconds, bytes, sourceRate }, size).map((fault) =>
    / s of sound/.test(fault) ? 'seconds' : 'bytes',
  );

describe('soundFaults', () => {
  const cases: [what: string, found: string[], expected: string[]][] = [
    ['a minute of a small file', faults(60, 480_000, 2000), []],
    ['20 minutes of silence in FLAC', faults(1200, 9_600_000, 156_000, 48_000), []],
    ['30 minutes of silence in FLAC with the longest frames at 8 kHz', faults(1800, 14e6, 11_200, 8000), []],
    ['50 minutes of 3 kB at 1 Hz', faults(3000, 24_000_000, 3000, 1), ['seconds', 'bytes']],
    ['the same where the rate is unknown', faults(3000, 24_000_000, 3000), ['seconds']],
    ['200 packets a minute apart', faults(11_800, 20_000_000, 20_000, 44_100), ['seconds']],
    ['a short MP3 of 60 MB of a small file at 8 kHz', faults(60, 60_000_000, 3000, 8000), ['bytes']],
  ];
  for (const [what, found, expected] of cases) {
    it(`${expected.length > 0 ? 'finds' : 'allows'} ${what}`, () => assert.deepEqual(found, expected));
  }

  it('allows more bytes where the options ask for a higher sample rate or bit rate', () => {
    const made = { seconds: 60, bytes: 2_400_000, sourceRate: 8000 };
    assert.equal(soundFaults(made, 100).length, 1);
    assert.deepEqual(soundFaults(made, 100, { sample_rate: 48_000 }), []);
    assert.deepEqual(soundFaults(made, 100, { bitrate: 320 }), []);
  });
});
