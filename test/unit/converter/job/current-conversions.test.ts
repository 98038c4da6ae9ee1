import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCurrentConversions } from '../../../../services/converter/job/current-conversions.ts';
import type { EncodedMp3, Transcode } from '../../../../services/converter/transcode/transcode.ts';
import {
  converterPresence,
  MAX_SHOWN_CONVERSIONS,
} from '../../../../services/shared/contract/converter-presence.ts';
import { audioTrack } from '../../../support/audio-track.ts';

const PROBED = {
  ...{ formatName: 'avi', durationSeconds: 7200, filmStartSeconds: 0, tracks: [] },
  ...{ audio: audioTrack({ expectedSeconds: 7200 }), hasPictures: false, inputArguments: [], warnings: [] },
};
const VERIFIED = {
  ...{ seconds: 60, checked: { begin: 0, end: 1000 } },
  sound: { integrated: undefined, truePeak: undefined, peaks: [] },
};
const ENCODED: EncodedMp3 = {
  ...{ path: 'x.mp3', id3: Buffer.alloc(0), parts: 1, wasEarly: false, warnings: [] },
  verify: async () => VERIFIED,
};

describe('createCurrentConversions', () => {
  it('shows the stages of a conversion in their order, with its speed and progress', async () => {
    let time = 0;
    const current = createCurrentConversions(() => time);
    const seen: unknown[] = [];
    const look = () => seen.push(...current.list().map(({ job_id: _id, ...shown }) => Object.values(shown)));
    const passedOn: unknown[] = [];
    const conversion = current.begin('job');
    look();
    const transcode: Transcode = async ({ onProbe, onTime }) => {
      look();
      time = 5_000;
      onProbe(PROBED);
      look();
      time = 7_000;
      onTime(90);
      conversion.setProgress(0.5);
      look();
      return ENCODED;
    };
    const encoded = await conversion.observe(transcode)({
      ...{ folder: '', options: {}, signal: new AbortController().signal },
      onProbe: (probed) => passedOn.push(probed),
      onTime: (seconds) => passedOn.push(seconds),
    });
    look();
    assert.equal(await encoded.verify(), VERIFIED);
    look();
    conversion.end();
    look();
    assert.deepEqual(seen, [
      ['fetch', null, null],
      ['probe', null, null],
      ['encode', null, null],
      ['encode', 0.5, 45],
      ['check', 0.5, 45],
      ['store', 0.5, 45],
    ]);
    assert.deepEqual(passedOn, [PROBED, 90]);
  });

  it('lists a bounded number of conversions, which fits into the entry of a converter', () => {
    const current = createCurrentConversions();
    const all = Array.from({ length: 100 }, (_, number) => current.begin(`job ${number}`));
    const conversions = current.list();
    assert.deepEqual([conversions.length, conversions[0]?.job_id], [MAX_SHOWN_CONVERSIONS, 'job 0']);
    const speeds = { seconds_per_mib: null, sound_speed: null, sound_speed_normalized: null };
    converterPresence.parse({ beat: 1, concurrency: 100, ...speeds, conversions });
    for (const conversion of all) conversion.end();
    assert.deepEqual(current.list(), []);
  });
});
