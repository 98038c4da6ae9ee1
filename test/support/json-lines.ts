import { parseJson } from '../../services/shared/runtime/parse-json.ts';

/**
 * Returns the objects of a log that has one in each line. Skips lines that a kill has cut off, and lines that a program printed in
 * another form.
 */
export const jsonLines = <Line extends object>(log: string): Line[] =>
  log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => (parseJson(line) as Line | undefined) ?? []);
