import type { Row } from '../row.ts';
import { cutRows } from './cut.ts';
import { firstBytesRows } from './first-bytes.ts';
import { formatChangeRows } from './format-change.ts';
import { headerRows } from './header.ts';
import { levelRows } from './level.ts';
import { optionRows, parallelRows } from './options.ts';
import { formatRows, plainRows } from './plain.ts';
import { refusedRows } from './refused.ts';
import { smallRows } from './small.ts';
import { streamRows } from './streams.ts';
import { timelineRows } from './timeline.ts';
import { trackRows } from './tracks.ts';

/** All files of the corpus. */
export const ROWS: readonly Row[] = [
  ...plainRows,
  ...formatRows,
  ...timelineRows,
  ...streamRows,
  ...trackRows,
  ...refusedRows,
  ...levelRows,
  ...firstBytesRows,
  ...cutRows,
  ...headerRows,
  ...smallRows,
  ...formatChangeRows,
  ...optionRows,
  ...parallelRows,
];
