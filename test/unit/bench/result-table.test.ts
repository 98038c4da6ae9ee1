import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeptRow } from '../../bench/report.ts';
import { type Result, resultJson, resultTable } from '../../bench/result-table.ts';

const ROWS: KeptRow[] = [
  { part: 'convert', name: 'bare ffmpeg', values: [10.5, 9.5, 10], unit: 's' },
  { part: 'convert', name: '÷ bare ffmpeg', values: [0.8], unit: '×', limit: { atMost: 0.85 } },
  {
    part: 'requests',
    name: 'rate',
    values: [2_500],
    unit: 'requests/s',
    digits: 0,
    limit: { atLeast: 3_000 },
  },
  {
    part: 'gridfs',
    name: 'put and get',
    values: [],
    unit: 'MiB/s',
    notMeasured: 'only with --blobs mongodb',
  },
];

const result = (rows: readonly KeptRow[] = ROWS): Result => ({
  date: new Date('2026-01-02T03:04:05Z'),
  commit: 'abc',
  machine: {
    ...{ cores: 2, cpu: 'A processor', memoryBytes: 8.2e9, kernel: 'Linux 6.1.0' },
    ...{ node: 'v24.1.0', ffmpeg: '5.1.9' },
  },
  ...{ store: 'sqlite', runs: 3, isQuick: false, rows },
});

describe('resultTable(result)', () => {
  it('names the machine, the programs, the store and the runs', () => {
    assert.equal(
      resultTable(result()).split('\n')[0],
      '2 cores (A processor), 8.2 GB of memory, Node v24.1.0, ffmpeg 5.1.9, Linux 6.1.0, blobs in sqlite, 3 runs',
    );
  });

  it('has a line for each row, and says which limits are met', () => {
    assert.deepEqual(
      resultTable(result())
        .split('\n')
        .slice(2)
        .map((line) => line.split(/ {2,}/)),
      [
        ['part', 'row', 'median', 'unit', 'limit'],
        ['convert', 'bare ffmpeg', '10.00', 's'],
        ['convert', '÷ bare ffmpeg', '0.80', '×', '≤ 0.85', 'met'],
        ['requests', 'rate', '2,500', 'requests/s', '≥ 3,000', 'MISSED'],
        ['gridfs', 'put and get', 'MiB/s', 'not measured: only with --blobs mongodb'],
      ],
    );
  });

  it('aligns its columns', () => {
    const [head = '', ...lines] = resultTable(result()).split('\n').slice(2);
    const unit = head.indexOf('unit');
    assert.deepEqual(
      lines.map((line) => line.slice(unit).split(' ', 1)[0]),
      ['s', '×', 'requests/s', 'MiB/s'],
    );
  });

  it('says that a quick run has small inputs', () => {
    assert.match(resultTable({ ...result(), isQuick: true }), /^Small inputs/);
  });

  it('has its head alone if nothing was measured', () => {
    assert.equal(resultTable(result([])).split('\n').length, 3);
  });
});

describe('resultJson(result)', () => {
  it('has everything about the run, and every single value', () => {
    const { rows, ...run } = JSON.parse(resultJson(result()));
    assert.deepEqual(run, {
      ...{ date: '2026-01-02T03:04:05.000Z', commit: 'abc', machine: result().machine },
      ...{ store: 'sqlite', runs: 3, isQuick: false },
    });
    assert.deepEqual(rows[0], { ...ROWS[0], median: 10, met: null });
    assert.deepEqual(
      rows.map(({ met }: { met: boolean | null }) => met),
      [null, true, false, null],
    );
  });
});
