import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonLines } from '../../support/json-lines.ts';
import type { Harness } from '../harness.ts';

/** The fields of a service's log line that the tests read. */
export interface LogLine {
  /** ms since 1970. */
  at: number;
  msg: string;
  job_id?: string;
  err?: { type?: string; code?: string };
}

type Logged = Omit<LogLine, 'at'> & { time: string };

const lineOf = ({ time, msg, job_id, err }: Logged): LogLine => ({
  ...{ at: Date.parse(time), msg: String(msg) },
  ...(job_id !== undefined && { job_id }),
  ...(err !== undefined && { err }),
});

/** Reads the logs of all instances of all services, with the rotated ones. */
export async function readLogs({ launched: { system } }: Harness): Promise<LogLine[]> {
  const files = Object.keys(system.instances).flatMap((name) => [`${name}.log.1`, `${name}.log`]);
  const logs = await Promise.all(files.map((file) => readIfPresent(join(system.logsDir, file))));
  return logs.flatMap((log) => jsonLines<Logged>(log)).map(lineOf);
}

const readIfPresent = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
