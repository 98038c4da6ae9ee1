import { escapeHtml } from '../../services/shared/runtime/escape-html.ts';
import type { KeptRow } from './report.ts';
import { describeRun, type Result } from './result-table.ts';
import { median } from './statistics.ts';

interface Point {
  x: number;
  y: number;
}

interface Curve {
  name: string;
  points: Point[];
}

/** In px. The names of the curves are at the right of each panel. */
const PANEL = { left: 76, top: 44, width: 470, height: 250, labels: 214, bottom: 56 };
const WIDTH = PANEL.left + PANEL.width + PANEL.labels;
const PANEL_HEIGHT = PANEL.top + PANEL.height + PANEL.bottom;
const HEAD = 44;
const LABEL_HEIGHT = 17;

/** Light and dark colors of the curves, each at least 3:1 against its background. Dashes and marks differ as well. */
const COLORS = [
  ['#0b62b8', '#6cb2ff'],
  ['#0f7b6c', '#4fd1b8'],
  ['#8a3fb5', '#d19bf0'],
  ['#a3520a', '#f0a25c'],
  ['#b3261e', '#ff9a8f'],
  ['#5c6a00', '#c3d24a'],
  ['#9c1f6a', '#ff8ac8'],
] as const;
const DASHES = ['', '7 4', '2 3', '9 3 2 3', '', '7 4', '2 3'];

/**
 * Draws the rows that have a point as curves, over two logarithmic axes: the medians in milliseconds, and below them the requests to the
 * state store. Returns an SVG picture, which is light or dark as the reader wants it.
 */
export function curveChart(result: Result): string {
  const curves = curvesOf(result.rows);
  const panels = [
    panel(
      'Milliseconds',
      curves(({ values }) => median(values)),
      HEAD,
    ),
    panel(
      'Requests to the state store',
      curves(({ point }) => point?.requests ?? 0),
      HEAD + PANEL_HEIGHT,
    ),
  ];
  const height = HEAD + 2 * PANEL_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title description">`,
    '<title id="title">What the queue costs, by the number of queued jobs</title>',
    `<desc id="description">${escapeHtml(describe(result))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    text({ x: PANEL.left, y: 24 }, 'What the queue costs, by the number of queued jobs', 'class="head"'),
    ...panels,
    '</svg>\n',
  ].join('\n');
}

const STYLE = [
  'text{font:13px system-ui,sans-serif;fill:var(--ink)}.head{font-weight:600;font-size:15px}.small{font-size:12px}',
  '.paper{fill:var(--paper)}.grid{stroke:var(--grid)}.curve{fill:none;stroke-width:2}',
  `:root{--paper:#fff;--ink:#1c1c1e;--grid:#d8d8dc;${variables(0)}}`,
  `@media(prefers-color-scheme:dark){:root{--paper:#17181a;--ink:#ececee;--grid:#3a3b40;${variables(1)}}}`,
].join('');

function variables(scheme: 0 | 1): string {
  return COLORS.map((colors, number) => `--c${number}:${colors[scheme]};`).join('');
}

const isDrawn = ({ point, notMeasured }: KeptRow): boolean =>
  point !== undefined && notMeasured === undefined;

/** Returns a function that gives the curves of one quantity, in the order in which they are first named. */
const curvesOf =
  (rows: readonly KeptRow[]) =>
  (heightOf: (row: KeptRow) => number): Curve[] => {
    const byName = Map.groupBy(rows.filter(isDrawn), ({ point }) => point?.curve ?? '');
    return [...byName].map(([name, own]) => ({
      name,
      points: own
        .map((row) => ({ x: row.point?.x ?? 1, y: heightOf(row) }))
        .filter(({ x, y }) => x > 0 && y > 0)
        .sort((a, b) => a.x - b.x),
    }));
  };

/** All numbers in words, for those who do not see the curves. */
function describe(result: Result): string {
  const rows = result.rows.filter(isDrawn);
  const numbers = rows.map(({ point, values }) => {
    const ms = `${round(median(values))} ms`;
    return `${point?.curve}, ${point?.x} queued: ${ms}, ${round(point?.requests ?? 0)} requests.`;
  });
  return [`${describeRun(result)}.`, ...numbers].join(' ');
}

/** A logarithmic axis over whole decades. */
function axis(values: readonly number[], from: number, to: number) {
  const logs = values.map(Math.log10);
  const least = Math.floor(Math.min(0, ...logs));
  const most = Math.max(least + 1, Math.ceil(Math.max(...logs, 0)));
  return {
    at: (value: number) => from + ((Math.log10(value) - least) / (most - least)) * (to - from),
    decades: Array.from({ length: most - least + 1 }, (_, step) => 10 ** (least + step)),
  };
}

function panel(title: string, curves: readonly Curve[], top: number): string {
  const points = curves.flatMap((curve) => curve.points);
  const [right, bottom] = [PANEL.left + PANEL.width, top + PANEL.top + PANEL.height];
  const xs = axis(
    points.map(({ x }) => x),
    PANEL.left,
    right,
  );
  const ys = axis(
    points.map(({ y }) => y),
    bottom,
    top + PANEL.top,
  );
  const rows = ys.decades.flatMap((value) => [
    line({ x: PANEL.left, y: ys.at(value) }, { x: right, y: ys.at(value) }),
    text({ x: PANEL.left - 8, y: ys.at(value) + 4 }, numeral(value), 'class="small" text-anchor="end"'),
  ]);
  const columns = xs.decades.flatMap((value) => [
    line({ x: xs.at(value), y: top + PANEL.top }, { x: xs.at(value), y: bottom }),
    text({ x: xs.at(value), y: bottom + 18 }, numeral(value), 'class="small" text-anchor="middle"'),
  ]);
  const placed = curves.map(({ name, points }, number) => ({
    ...{ name, number },
    points: points.map(({ x, y }) => ({ x: xs.at(x), y: ys.at(y) })),
  }));
  return [
    text({ x: PANEL.left, y: top + 26 }, title, ''),
    ...rows,
    ...columns,
    text(
      { x: PANEL.left + PANEL.width / 2, y: bottom + 40 },
      'queued jobs',
      'class="small" text-anchor="middle"',
    ),
    ...placed.map(drawCurve),
    ...labels(placed, { x: right, y: bottom }),
  ].join('\n');
}

interface Placed extends Curve {
  number: number;
}

const colorOf = (number: number): string => `var(--c${number % COLORS.length})`;

function drawCurve({ points, number }: Placed): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  const stroke = `stroke="${colorOf(number)}" stroke-dasharray="${DASHES[number % DASHES.length]}"`;
  const marks = points.map(
    ({ x, y }) => `<circle cx="${round(x)}" cy="${round(y)}" r="3.5" fill="${colorOf(number)}"/>`,
  );
  return `<path class="curve" d="${path}" ${stroke}/>${marks.join('')}`;
}

/** The names, each at the height where its curve ends, or above the next one where they would cover each other. */
function labels(curves: readonly Placed[], corner: Point): string[] {
  const ends = curves
    .map((curve) => ({ ...curve, end: curve.points.at(-1) ?? corner }))
    .sort((a, b) => b.end.y - a.end.y);
  let lowest = corner.y;
  return ends.flatMap(({ name, number, end }) => {
    const y = Math.min(end.y, lowest);
    lowest = y - LABEL_HEIGHT;
    const from = { x: corner.x + 26, y };
    return [
      `<path class="curve" stroke="${colorOf(number)}" stroke-width="1" d="M${round(end.x + 5)} ${round(end.y)}L${from.x - 4} ${round(y)}"/>`,
      text({ x: from.x, y: y + 4 }, name, ''),
    ];
  });
}

const line = (from: Point, to: Point): string =>
  `<path class="grid" d="M${round(from.x)} ${round(from.y)}L${round(to.x)} ${round(to.y)}"/>`;

const text = ({ x, y }: Point, content: string, attributes: string): string =>
  `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeHtml(content)}</text>`;

const numeral = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 3 });
const round = (value: number): number => Math.round(value * 10) / 10;
