import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { jsonLines } from './json-lines.ts';

const LOG = '.log';
/** The level of a warning in the logs of our services, by pino. */
const WARNING = 40;
/** Sidecars warn at each start of what they are not configured for. */
const SIDECAR_ERRORS = ['error', 'fatal'];
const MAX_LENGTH = 300;

interface Line {
  level?: unknown;
  msg?: unknown;
  reason?: unknown;
  err?: { message?: unknown };
}

/**
 * Returns what services have logged as a warning or an error, and sidecars as an error, the most frequent first:
 * `auth: a mail waits (notification answered 503), 12 times`.
 * @param folder contains one log of JSON lines for each process
 * @param most the number of different messages that are returned
 */
export function loggedWarnings(folder: string, most = 8): string[] {
  const counts = new Map<string, number>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith(LOG))) {
    for (const line of jsonLines<Line>(readFileSync(join(folder, name), 'utf8'))) {
      const message = warningOf(line);
      if (message === undefined) continue;
      const key = `${basename(name, LOG)}: ${message}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([message, times]) => `${message}, ${times === 1 ? 'once' : `${times} times`}`);
}

function warningOf({ level, msg, reason, err }: Line): string | undefined {
  const isWarning = typeof level === 'number' ? level >= WARNING : SIDECAR_ERRORS.includes(level as string);
  if (!isWarning) return undefined;
  const cause = reason ?? err?.message;
  return `${msg}${cause === undefined ? '' : ` (${cause})`}`.slice(0, MAX_LENGTH);
}
