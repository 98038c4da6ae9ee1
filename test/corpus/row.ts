import type { ConversionOptions } from '../../services/shared/jobs/conversion-options.ts';
import { convert, lengthByHand, type Outcome } from './convert.ts';
import type { Expected, Mp3 } from './expected.ts';
import { judge } from './judge.ts';
import type { Bench, Workshop } from './workshop.ts';

/** Kinds of rows: how a table is divided. */
export type Kind =
  | 'plain'
  | 'timeline'
  | 'clock'
  | 'streams'
  | 'level'
  | 'first bytes'
  | 'cut'
  | 'header'
  | 'small'
  | 'format change'
  | 'options'
  | 'parallel';

/** One file of the corpus, and what has to become of it. */
export interface Row {
  kind: Kind;
  /** What the file is. Unique. */
  name: string;
  make: (bench: Bench) => Promise<string>;
  options?: ConversionOptions;
  /** Whether two processes or more encode parts of it side by side. */
  isParallel?: true;
  expected: Expected;
  /** Why the file may also be refused as `not_media`: nobody has promised its container. */
  unpromised?: string | undefined;
}

export interface Result {
  row: Row;
  got: string;
  /** What is wrong. Empty if the row passed. */
  faults: string[];
}

/** Makes the file of a row, converts it, and compares the MP3. */
export const runRow = (workshop: Workshop, row: Row): Promise<Result> =>
  workshop.forRow(async (bench) => {
    const path = await row.make(bench);
    const outcome = await convert(bench, path, row);
    if (row.unpromised !== undefined && 'failure' in outcome && outcome.failure === 'not_media')
      return { row, got: `refused: ${row.unpromised}`, faults: [] };
    const { expected } = row;
    const isByHand = 'mp3' in expected && expected.mp3.isLengthOfFile && !('failure' in outcome);
    const seconds = isByHand ? await lengthByHand(path) : undefined;
    return { row, got: describeOutcome(outcome), faults: judge(expected, outcome, seconds) };
  });

function describeOutcome(outcome: Outcome): string {
  if ('failure' in outcome) return outcome.failure;
  const { pcm, warnings } = outcome;
  const codes = warnings.map(({ code }) => code).join(' ');
  return `${pcm.channels[0]?.length ?? 0} at ${pcm.rate} Hz${codes && ` ${codes}`}`;
}

export function describeExpected(expected: Expected): string {
  if ('failures' in expected) return expected.failures.join(' or ');
  const { length, rate, warnings }: Mp3 = expected.mp3;
  const [least, most] = length;
  const codes = warnings.map(({ code }) => code).join(' ');
  return `${least === most ? least : `${least}–${most}`} at ${rate} Hz${codes && ` ${codes}`}`;
}
