import { median } from './statistics.ts';

/** What the median of a row should be. */
export type Limit = { atMost: number } | { atLeast: number };

/** A point of a curve whose height is the median of the row. */
export interface CurvePoint {
  curve: string;
  /** Above 0. */
  x: number;
  /** Requests to the state store, which are a curve of their own. */
  requests: number;
}

export interface Row {
  name: string;
  /** One for each run. */
  values: number[];
  /** `s`, `MiB/s`, or `×` for a ratio. */
  unit: string;
  limit?: Limit;
  /** Digits after the point. Default 2. */
  digits?: number;
  /** What else there is to say about it. */
  note?: string;
  /** The point that stands for the row on a curve of the chart. */
  point?: CurvePoint;
  /** Why there are no values. Such a row counts neither as met nor as missed. */
  notMeasured?: string;
}

export interface KeptRow extends Row {
  part: string;
}

/** What a part of the benchmark reports to. */
export interface PartReport {
  /** Says what the next rows are about. */
  heading(text: string): void;
  row(row: Row): void;
}

/** More values than this are printed as their number and range. */
const LISTED = 10;
const NAME_WIDTH = 34;

export interface ReporterOptions {
  print(text: string): void;
  /** Without limits, nothing is missed: small inputs say nothing about speed. */
  hasLimits: boolean;
}

/** Prints each row at once, and keeps it for the table at the end. */
export function createReporter({ print, hasLimits }: ReporterOptions) {
  const rows: KeptRow[] = [];
  const part = (name: string): PartReport => ({
    heading: (text) => print(`\n${text}`),
    row({ limit, ...rest }) {
      const kept = { part: name, ...rest, ...(hasLimits && limit && { limit }) };
      rows.push(kept);
      print(`  ${describeRow(kept)}`);
    },
  });
  return { rows: rows as readonly KeptRow[], part };
}

/** Whether the median keeps the limit; undefined where there is none, or nothing was measured. A row without values misses its limit. */
export function isMet({ values, limit, notMeasured }: Row): boolean | undefined {
  if (limit === undefined || notMeasured !== undefined) return undefined;
  return 'atMost' in limit ? median(values) <= limit.atMost : median(values) >= limit.atLeast;
}

/** `≤ 0.85`, or an empty string where there is no limit. */
export function describeLimit(limit: Limit | undefined): string {
  if (limit === undefined) return '';
  return 'atMost' in limit ? `≤ ${inEnglish(limit.atMost)}` : `≥ ${inEnglish(limit.atLeast)}`;
}

/** The median of a row as text, without its unit. */
export const describeMedian = ({ values, digits = 2 }: Row): string => fixed(median(values), digits);

function describeRow(row: Row): string {
  const name = row.name.padEnd(NAME_WIDTH);
  if (row.notMeasured !== undefined) return `${name} not measured: ${row.notMeasured}`;
  const measured = `${describeMedian(row)} ${row.unit}${describeValues(row)}`;
  const note = row.note === undefined ? '' : `, ${row.note}`;
  const missed = isMet(row) === false ? 'MISSED ' : '';
  const expected = row.limit === undefined ? '' : `   ${missed}(expected ${describeLimit(row.limit)})`;
  return `${name} ${measured}${note}${expected}`;
}

function describeValues({ values, digits = 2 }: Row): string {
  if (values.length === 1) return '';
  if (values.length <= LISTED) return ` (${values.map((value) => fixed(value, digits)).join(', ')})`;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return ` (${values.length} from ${fixed(least, digits)} to ${fixed(most, digits)})`;
}

const fixed = (value: number, digits: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const inEnglish = (value: number): string => value.toLocaleString('en');
