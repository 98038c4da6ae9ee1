import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from '../harness.ts';

/** A line of a service's log, as far as it is looked at here. */
export interface LogLine {
  /** ms since 1970 */
  at: number;
  msg: string;
  job_id?: string;
  err?: { type?: string; code?: string };
}

/** What all services have logged, whichever of their processes. */
export async function readLogs({ launched: { system } }: Stage): Promise<LogLine[]> {
  const files = Object.keys(system.instances).flatMap((name) => [`${name}.log.1`, `${name}.log`]);
  const logs = await Promise.all(files.map((file) => read(join(system.logsDir, file))));
  return logs.flatMap((log) => log.split('\n').flatMap(parse));
}

const read = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });

/** What a kill has cut off, and what Node itself prints, is no line of ours. */
function parse(line: string): LogLine[] {
  try {
    const { time, msg, job_id, err } = JSON.parse(line);
    return [{ at: Date.parse(time), msg: String(msg), job_id, err }];
  } catch {
    return [];
  }
}
