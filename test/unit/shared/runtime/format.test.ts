import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { durationInText, formatDuration, formatSize } from '../../../../services/shared/runtime/format.ts';

describe('formatSize', () => {
  const rows: [bytes: number, text: string][] = [
    [0, '0 bytes'],
    [999, '999 bytes'],
    [999.6, '1.0 kB'],
    [1000, '1.0 kB'],
    [1536, '1.5 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [7_869_623, '7.9 MB'],
    [125_829_120, '125.8 MB'],
    [2_147_483_648, '2.1 GB'],
    [5e15, '5000.0 TB'],
  ];
  for (const [bytes, text] of rows) {
    it(`shows ${bytes} bytes as ${text}`, () => assert.equal(formatSize(bytes), text));
  }
});

describe('formatDuration', () => {
  const rows: [seconds: number, text: string][] = [
    [-1, '0:00'],
    [0, '0:00'],
    [59.6, '1:00'],
    [75, '1:15'],
    [3599, '59:59'],
    [3675, '1:01:15'],
    [3723, '1:02:03'],
    [360_000, '100:00:00'],
  ];
  for (const [seconds, text] of rows) {
    it(`shows ${seconds} seconds as ${text}`, () => assert.equal(formatDuration(seconds), text));
  }
});

describe('durationInText', () => {
  const rows: [seconds: number, text: string][] = [
    [-1, '0 seconds'],
    [0.04, '0 seconds'],
    [0.75, '0.8 seconds'],
    [1.04, '1 second'],
    [6, '6 seconds'],
    [59.94, '59.9 seconds'],
    [59.96, '1:00'],
    [605, '10:05'],
    [46_800, '13:00:00'],
  ];
  for (const [seconds, text] of rows) {
    it(`shows ${seconds} seconds as ${text}`, () => assert.equal(durationInText(seconds), text));
  }
});
