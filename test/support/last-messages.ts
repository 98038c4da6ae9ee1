import { readFileSync } from 'node:fs';
import { jsonLines } from './json-lines.ts';

interface Line {
  time?: unknown;
  msg?: unknown;
  status?: unknown;
  err?: { message?: unknown };
}

/**
 * Returns the last messages of a log of JSON lines, each with its time, its status and its error. Nothing else of them is returned, so that
 * a failed test can print them.
 * @param most the number of messages
 */
export function lastMessages(file: string, most = 8): string[] {
  return jsonLines<Line>(readFileSync(file, 'utf8'))
    .slice(-most)
    .map(({ time, msg, status, err }) =>
      [String(time).slice(11, 23), msg, status, err && `(${err.message})`].filter(Boolean).join(' '),
    );
}
