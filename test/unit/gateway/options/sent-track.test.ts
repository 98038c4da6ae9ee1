import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requireSentTrack } from '../../../../services/gateway/options/sent-track.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { newJob } from '../../../support/job.ts';

/** A job of which the client sent the sound of track 2 alone. */
const job = (options: ConversionOptions) => {
  const source = { ...newJob().source, original: { size: 1_900_000_000, track: 2 } };
  return newJob({ source, options });
};

describe('requireSentTrack', () => {
  const CASES: [first: ConversionOptions, then: ConversionOptions, isPossible: boolean][] = [
    [{}, { bitrate: 192 }, true],
    [{}, { track: 2 }, true],
    [{}, { track: 1 }, false],
    [{}, { track: 'deu' }, false],
    [{}, { cover: 'none' }, true],
    [{}, { cover: 'frame' }, false],
    [{ track: 'deu' }, { track: 'deu', bitrate: 192 }, true],
    [{ track: 'deu' }, { track: 2 }, true],
    [{ track: 'deu' }, { track: 'eng' }, false],
    [{ track: 2 }, { bitrate: 192 }, false],
    [{ track: 2 }, { track: 2, start: 5 }, true],
  ];
  for (const [first, then, isPossible] of CASES)
    it(`${isPossible ? 'allows' : 'refuses'} ${JSON.stringify(then)} after ${JSON.stringify(first)}`, () => {
      const check = () => requireSentTrack(then, job(first));
      if (isPossible) check();
      else assert.throws(check, { code: 'invalid_option', message: /track 2.*send the whole file.*--whole/ });
      requireSentTrack(then, newJob({ options: first }));
    });

  const KEPT: [kept: 'sound' | 'whole', then: ConversionOptions, isPossible: boolean][] = [
    ['sound', { bitrate: 192 }, true],
    ['sound', { track: 1 }, true],
    ['sound', { cover: 'none' }, true],
    ['sound', { cover: 'frame' }, false],
    ['whole', { cover: 'frame' }, true],
  ];
  for (const [kept, then, isPossible] of KEPT)
    it(`${isPossible ? 'allows' : 'refuses'} ${JSON.stringify(then)} where the gateway has kept the ${kept}`, () => {
      const keeping = newJob({ source: { ...newJob().source, kept } });
      const check = () => requireSentTrack(then, keeping);
      if (isPossible) check();
      else assert.throws(check, { code: 'invalid_option', message: /upload the film again/ });
    });
});
