import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Found } from '../../../../../services/gateway/page/app/convert/films/look-at-film.ts';
import { bytesToSend, exceeds } from '../../../../../services/gateway/page/app/convert/films/upload-limit.ts';

const SOUND_BYTES = 500;
const plan = { file: { size: SOUND_BYTES, read: async () => new Uint8Array() }, track: 1, audioTracks: 1 };
const found: Found = { plan, planKey: '', probe: undefined, isTooLarge: false };
const film = (of: Partial<Found> | undefined) => ({ size: 5_000, found: of && { ...found, ...of } });

describe('bytesToSend', () => {
  for (const [what, of, whole, bytes] of [
    ['the sound where it has a plan', {}, false, SOUND_BYTES],
    ['all of a film without a plan', { plan: undefined }, false, 5_000],
    ['all of a film that nobody has looked at', undefined, false, 5_000],
    ['all of each film where somebody has chosen that', {}, true, 5_000],
  ] as const)
    it(`counts ${what}`, () => assert.equal(bytesToSend(film(of), whole), bytes));
});

describe('exceeds', () => {
  for (const [bytes, most, expected] of [
    [500, 500, false],
    [501, 500, true],
    [501, undefined, false],
  ] as const)
    it(`says ${expected} to ${bytes} bytes where ${most ?? 'an unknown number'} may be sent`, () =>
      assert.equal(exceeds(bytes, most === undefined ? null : { max_upload_bytes: most }), expected));
});
