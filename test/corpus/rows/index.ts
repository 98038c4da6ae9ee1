import type { Row } from '../row.ts';
import { cutRows } from './cut.ts';
import { headerRows } from './header.ts';
import { levelRows } from './level.ts';
import { formatRows, plainRows } from './plain.ts';
import { smallRows } from './small.ts';
import { timelineRows } from './timeline.ts';

/** All files of the corpus. */
export const ROWS: readonly Row[] = [
  ...plainRows,
  ...formatRows,
  ...timelineRows,
  ...levelRows,
  ...cutRows,
  ...headerRows,
  ...smallRows,
];
