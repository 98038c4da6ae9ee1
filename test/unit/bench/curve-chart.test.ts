import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { curveChart } from '../../bench/curve-chart.ts';
import type { KeptRow } from '../../bench/report.ts';
import type { Result } from '../../bench/result-table.ts';

const row = (curve: string, x: number, ms: number, requests = 1): KeptRow => ({
  ...{ part: 'queue', name: curve, values: [ms], unit: 'ms' },
  point: { curve, x, requests },
});

const chart = (rows: readonly KeptRow[]): string =>
  curveChart({
    ...{ date: new Date(0), commit: undefined, store: 'sqlite', runs: 1, isQuick: false, rows },
    machine: {
      ...{ cores: 2, cpu: 'A processor', memoryBytes: 8.2e9, kernel: 'Linux 6.1.0' },
      ...{ node: 'v24.1.0', ffmpeg: '5.1.9' },
    },
  } satisfies Result);

/** The points of the curves, in the order in which they are drawn. */
const marksOf = (svg: string) =>
  [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => ({
    x: Number(x),
    y: Number(y),
  }));

describe('curveChart(result)', () => {
  it('draws a curve of the times and one of the requests, for the rows that have a point', () => {
    const svg = chart([
      row('choice', 10, 1),
      row('choice', 100, 2),
      { part: 'x', name: 'y', values: [1], unit: 's' },
    ]);
    assert.equal(marksOf(svg).length, 4);
    assert.equal(svg.match(/>choice</g)?.length, 2, 'each panel names it');
  });

  it('has logarithmic axes: ten times as much is the same way everywhere', () => {
    const [a, b, c] = marksOf(
      chart([row('choice', 10, 1), row('choice', 100, 10), row('choice', 1_000, 100)]),
    );
    assert.ok(a && b && c);
    assert.ok(Math.abs(b.x - a.x - (c.x - b.x)) < 0.2);
    assert.ok(Math.abs(a.y - b.y - (b.y - c.y)) < 0.2);
    assert.ok(b.x > a.x && b.y < a.y, 'more is at the right, and above');
  });

  it('joins the points in the order of their lengths, whatever the order of the rows', () => {
    const xs = marksOf(chart([row('choice', 100, 1), row('choice', 10, 1)])).map(({ x }) => x);
    assert.ok((xs[0] ?? 0) < (xs[1] ?? 0));
  });

  it('keeps the names apart where curves end at the same height', () => {
    const svg = chart(['one', 'two', 'three'].map((name) => row(name, 10, 5)));
    const heights = ['one', 'two', 'three'].map((name) =>
      Number(svg.match(new RegExp(`y="([\\d.]+)" >${name}<`))?.[1]),
    );
    const sorted = heights.toSorted((a, b) => a - b);
    assert.ok(
      (sorted[1] ?? 0) - (sorted[0] ?? 0) >= 15 && (sorted[2] ?? 0) - (sorted[1] ?? 0) >= 15,
      `${heights}`,
    );
  });

  it('says every number in words, and follows the theme of the reader', () => {
    const svg = chart([row('choice', 10, 1.25, 3)]);
    assert.match(svg, /role="img" aria-labelledby="title description"/);
    assert.match(svg, /<desc id="description">[^<]*choice, 10 queued: 1\.3 ms, 3 requests\./);
    assert.match(svg, /@media\(prefers-color-scheme:dark\)/);
  });

  it('escapes what it is given, and draws no point where nothing was measured', () => {
    const svg = chart([row('<b>', 10, 1), { ...row('none', 10, 1), values: [], notMeasured: 'no' }]);
    assert.ok(!svg.includes('<b>') && !svg.includes('NaN'), svg);
  });
});
