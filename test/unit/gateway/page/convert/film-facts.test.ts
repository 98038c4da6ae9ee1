import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  factsOf,
  sendingFactsOf,
  totalText,
  warningsOf,
} from '../../../../../services/gateway/page/app/convert/films/film-facts.ts';
import { loadTexts } from '../../../../../services/gateway/page/app/text/language.ts';
import type { ProbeResult } from '../../../../../services/shared/jobs/probe.ts';
import { probeAnswer } from '../../client/test-probes.ts';

const SETTINGS = { options: {}, whole: false };

before(() => loadTexts('films', 'result'));

const filmOf = (fields: Partial<ProbeResult> = {}, own: Record<string, string> = {}) => ({
  ...{ size: 2_000_000, own },
  found: { plan: undefined, planKey: '', probe: probeAnswer(fields), isTooLarge: false },
});
const plan = { track: 1, audioTracks: 1, file: { size: 500_000, read: async () => new Uint8Array() } };
const planned = { ...filmOf(), found: { ...filmOf().found, plan } };

describe('what is said of a film before it is sent', () => {
  /** The warnings of a probe: see services/converter/probe/describe-file.ts. */
  const CODES = ['truncated', 'downmixed', 'track_skipped', 'cover_skipped', 'tags_limited'];
  for (const code of CODES)
    it(`says of ${code} what will happen, and not what has happened`, () => {
      const [text = ''] = warningsOf(filmOf({ warnings: [{ code, detail: 'the detail' }] }), SETTINGS);
      assert.match(text, /\bwill\b/);
      assert.doesNotMatch(text, /\b(was|were)\b|the detail/);
    });

  it('quotes the gateway where a later release has a warning of its own', () => {
    const warnings = [{ code: 'melted', detail: 'it melts' }];
    assert.deepEqual(warningsOf(filmOf({ warnings }), SETTINGS), ['it melts']);
  });

  it('says that a film without its end is refused, where only a complete one is wanted', () => {
    const warnings = [{ code: 'truncated', detail: '' }];
    assert.match(
      warningsOf(filmOf({ warnings }, { strict: 'true' }), SETTINGS).join(),
      /the conversion fails/,
    );
  });

  it('says how large the MP3 will be, with two digits for a variable bit rate', () => {
    assert.equal(factsOf(filmOf(), SETTINGS).at(-1), 'MP3: about 1.4 MB, less for speech');
    assert.equal(factsOf(filmOf({}, { bitrate: '320' }), SETTINGS).at(-1), 'MP3: about 2.4 MB');
  });

  it('does not excuse itself for sending all of a file without a picture', () => {
    assert.notEqual(sendingFactsOf(filmOf(), SETTINGS).note, '');
    const tracks = filmOf().found.probe.tracks.filter(({ type }) => type === 'audio');
    assert.equal(sendingFactsOf(filmOf({ tracks }), SETTINGS).note, '');
  });

  it('sums up what is sent of several films', () => {
    assert.equal(totalText([planned, filmOf()], SETTINGS), '2.5 MB of 4 MB will be sent');
    assert.equal(totalText([filmOf(), filmOf()], SETTINGS), 'All 4 MB will be sent');
  });
});
