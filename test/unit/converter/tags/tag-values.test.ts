import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalizeDate, normalizeTrack } from '../../../../services/converter/tags/tag-values.ts';

describe('normalizeDate', () => {
  for (const [raw, date] of [
    ['2020', '2020'],
    ['2020-05-06', '2020-05-06'],
    ['2020-05-06T12:34:56+0200', '2020-05-06'],
    ['2020-05-06 12:34:56', '2020-05-06'],
    ['20200506', '2020-05-06'],
    ['2020/5/6', '2020-05-06'],
    ['2020.05.06', '2020-05-06'],
    ['6.5.2020', '2020-05-06'],
    ['2020-05', '2020'],
    ['2020-02-31', '2020'],
    ['2020-13-01', '2020'],
    ['2020-00-00', '2020'],
    ['0000', ''],
    ['20200', ''],
    ['summer 2020', ''],
    ['', ''],
  ] as const) {
    it(`turns «${raw}» into «${date}»`, () => assert.equal(normalizeDate(raw), date));
  }
});

describe('normalizeTrack', () => {
  for (const [raw, track] of [
    ['4', '4'],
    ['04', '4'],
    ['4/12', '4/12'],
    ['04 / 012', '4/12'],
    ['4/0', '4'],
    ['0', ''],
    ['A1', ''],
    ['-1', ''],
    ['4/12/3', ''],
    ['99999999', ''],
  ] as const) {
    it(`turns «${raw}» into «${track}»`, () => assert.equal(normalizeTrack(raw), track));
  }
});
