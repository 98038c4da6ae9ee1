import { escapeHtml } from '../../services/shared/runtime/escape-html.ts';
import type { Stage } from './stages.ts';

const WIDTH = 800;
const LEFT = 90;
/** Room for the length behind the longest bar. */
const RIGHT = 80;
const TOP = 48;
const ROW = 28;
const BAR = 18;
const BELOW = 40;
const MOST_TICKS = 10;
/** A stage of a few milliseconds has to be seen. */
const LEAST_WIDTH = 1.5;

const STYLE = `
  svg { color-scheme: light dark; font: 13px system-ui, sans-serif; }
  .paper { fill: #ffffff; }
  text { fill: #1f2328; }
  .grid { stroke: #d1d5da; }
  .bar { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; }
    text { fill: #e6edf3; }
    .grid { stroke: #3d444d; }
    .bar { fill: #58a6ff; }
  }
`;

/** Draws the stages of a job as bars, one below the other, on a common axis of seconds. Stages that overlap in time are bars that overlap. */
export function timelineSvg(title: string, stages: readonly Stage[]): string {
  const end = Math.max(...stages.map((stage) => stage.end), 0.001);
  const x = (seconds: number): number => round(LEFT + (Math.max(0, seconds) / end) * (WIDTH - LEFT - RIGHT));
  const bottom = TOP + stages.length * ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom + BELOW}" viewBox="0 0 ${WIDTH} ${bottom + BELOW}" role="img" aria-labelledby="title description">
<title id="title">${escapeHtml(title)}</title>
<desc id="description">${escapeHtml(describe(stages))}</desc>
<style>${STYLE}</style>
<rect class="paper" width="100%" height="100%"/>
<text x="16" y="28" font-weight="600">${escapeHtml(title)}</text>
${ticksUpTo(end)
  .map((tick) => gridLine(x(tick), bottom, `${tick} s`))
  .join('\n')}
${stages.map((stage, row) => bar(stage, TOP + row * ROW, x)).join('\n')}
</svg>
`;
}

function bar(stage: Stage, y: number, x: (seconds: number) => number): string {
  const [from, to] = [x(stage.begin), x(stage.end)];
  const width = Math.max(LEAST_WIDTH, round(to - from));
  const middle = y + ROW / 2;
  return [
    `<text x="${LEFT - 10}" y="${middle}" text-anchor="end" dominant-baseline="central">${escapeHtml(stage.name)}</text>`,
    `<rect class="bar" x="${from}" y="${y + (ROW - BAR) / 2}" width="${width}" height="${BAR}" rx="2"/>`,
    `<text x="${round(from + width + 6)}" y="${middle}" dominant-baseline="central">${lengthOf(stage)}</text>`,
  ].join('\n');
}

const gridLine = (x: number, bottom: number, label: string): string =>
  `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${bottom}"/>\n` +
  `<text x="${x}" y="${bottom + 20}" text-anchor="middle">${label}</text>`;

/** Whole multiples of 1, 2 or 5 times a power of ten, from 0. */
function ticksUpTo(end: number): number[] {
  const least = end / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => Number((i * step).toFixed(digits)));
}

const describe = (stages: readonly Stage[]): string =>
  stages
    .map(({ name, begin, end }) => `${name}: from ${begin.toFixed(2)} s to ${end.toFixed(2)} s.`)
    .join(' ');

function lengthOf({ begin, end }: Stage): string {
  const seconds = end - begin;
  return `${seconds.toFixed(seconds < 0.1 ? 3 : 2)} s`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
