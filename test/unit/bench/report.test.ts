import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReporter, isMet, type Row } from '../../bench/report.ts';

function reported(row: Row, hasLimits = true) {
  const printed: string[] = [];
  const { rows, part } = createReporter({ print: (text) => printed.push(text), hasLimits });
  part('convert').row(row);
  return { rows, line: printed.join('\n') };
}

describe('createReporter', () => {
  it('prints headings and rows at once, and keeps the rows with their part', () => {
    const printed: string[] = [];
    const { rows, part } = createReporter({ print: (text) => printed.push(text), hasLimits: true });
    part('convert').heading('10 minutes');
    part('convert').row({ name: 'bare ffmpeg', values: [1], unit: 's' });
    part('blobs').row({ name: 'put', values: [80], unit: 'MiB/s', digits: 0 });
    assert.equal(printed.length, 3);
    assert.equal(printed[0], '\n10 minutes');
    assert.match(printed[2] ?? '', /^ {2}put +80 MiB\/s$/);
    assert.deepEqual(
      rows.map(({ part, name }) => [part, name]),
      [
        ['convert', 'bare ffmpeg'],
        ['blobs', 'put'],
      ],
    );
  });

  it('prints the median, and every value in the order of the runs', () => {
    const { line } = reported({ name: 'bare ffmpeg', values: [3, 1, 2], unit: 's' });
    assert.match(line, /bare ffmpeg +2\.00 s \(3\.00, 1\.00, 2\.00\)$/);
  });

  it('prints a single value once', () => {
    assert.match(reported({ name: 'peak', values: [187.4], unit: 'MB', digits: 0 }).line, /peak +187 MB$/);
  });

  it('prints the number and the range of many values', () => {
    const values = Array.from({ length: 50 }, (_, i) => i + 1);
    assert.match(
      reported({ name: 'upload', values, unit: 's' }).line,
      /26\.00 s \(50 from 1\.00 to 50\.00\)$/,
    );
  });

  it('says what was expected, and MISSED only if that is not met', () => {
    const row = { name: 'rate', unit: 'requests/s', digits: 0, limit: { atLeast: 3_000 } };
    assert.match(reported({ ...row, values: [3_000] }).line, /3,000 requests\/s {3}\(expected ≥ 3,000\)$/);
    assert.match(
      reported({ ...row, values: [2_999] }).line,
      /2,999 requests\/s {3}MISSED \(expected ≥ 3,000\)$/,
    );
  });

  it('prints the note of a row before what was expected', () => {
    const row = { name: 'put', values: [1], unit: '×', note: 'quietly', limit: { atMost: 2 } };
    assert.match(reported(row).line, /1\.00 ×, quietly {3}\(expected ≤ 2\)$/);
  });

  it('says why a row was not measured, which is not missed', () => {
    const row = { name: 'put', values: [], unit: 's', limit: { atMost: 2 }, notMeasured: 'offline' };
    const { line, rows } = reported(row);
    assert.match(line, /put +not measured: offline$/);
    assert.deepEqual(rows.map(isMet), [undefined]);
  });

  it('leaves out every limit where there are none, as for small inputs', () => {
    const { line, rows } = reported({ name: 'ratio', values: [9], unit: '×', limit: { atMost: 2 } }, false);
    assert.match(line, /9\.00 ×$/);
    assert.deepEqual(rows.map(isMet), [undefined]);
  });
});

describe('isMet(row)', () => {
  const row = { name: 'ratio', unit: '×' };

  it('compares the median with the limit', () => {
    assert.equal(isMet({ ...row, values: [9, 0.8, 0.85], limit: { atMost: 0.85 } }), true);
    assert.equal(isMet({ ...row, values: [0.1, 0.86, 0.9], limit: { atMost: 0.85 } }), false);
    assert.equal(isMet({ ...row, values: [85], limit: { atLeast: 85 } }), true);
    assert.equal(isMet({ ...row, values: [84], limit: { atLeast: 85 } }), false);
  });

  it('is false if there are no values', () => {
    assert.equal(isMet({ ...row, values: [], limit: { atMost: 1 } }), false);
    assert.equal(isMet({ ...row, values: [], limit: { atLeast: 1 } }), false);
  });
});
