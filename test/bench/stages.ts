import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Stage as LoggedStage, STAGES } from '../../services/converter/job/stages.ts';
import { jsonLines } from '../support/json-lines.ts';
import { LOG_MESSAGES } from '../support/log-messages.ts';
import { waitFor } from '../support/wait.ts';
import type { Bench } from './bench.ts';
import type { PartReport } from './report.ts';

/** A stage of a job, in seconds since its upload began. */
export interface Stage {
  name: string;
  begin: number;
  end: number;
}

export interface Upload {
  /** Milliseconds since 1970. */
  beganAt: number;
  seconds: number;
}

/** Waits until the converter has logged the stages of a job, and returns them behind the stage `upload`. */
export async function stagesOf(
  { stateRoot, signal }: Pick<Bench, 'stateRoot' | 'signal'>,
  jobId: string,
  upload: Upload,
): Promise<Stage[]> {
  const path = join(stateRoot, '.data', 'logs', 'converter.log');
  const read = async () => stagesIn(await readFile(path, 'utf8'), jobId, upload);
  return waitFor(`the stages of job ${jobId}`, read, { signal });
}

interface Line {
  job_id?: unknown;
  msg?: unknown;
  time?: string;
  stages?: LoggedStage[];
}

/** Returns undefined where the log has no stages of the job. */
export function stagesIn(log: string, jobId: string, { beganAt, seconds }: Upload): Stage[] | undefined {
  const line = jsonLines<Line>(log).findLast(
    ({ job_id, msg }) => job_id === jobId && msg === LOG_MESSAGES.stages,
  );
  if (line?.stages === undefined || line.time === undefined) return undefined;
  // The line was logged when the last stage had ended.
  const end = Math.max(...line.stages.map((stage) => stage.end));
  const offset = (Date.parse(line.time) - beganAt) / 1000 - end;
  return [
    { name: 'upload', begin: 0, end: seconds },
    ...line.stages.map((stage) => ({
      name: stage.stage,
      begin: stage.begin + offset,
      end: stage.end + offset,
    })),
  ];
}

const NOTES: Record<string, string> = {
  join: 'a part of encode',
  check: 'while it is stored',
  publish: 'after the job is done',
};

/** Reports how long each stage took, with one value for each run that had it. */
export function reportStages(report: PartReport, runs: readonly (readonly Stage[])[]): void {
  for (const name of ['upload', ...STAGES]) {
    const values = runs.flat().flatMap((stage) => (stage.name === name ? stage.end - stage.begin : []));
    const note = NOTES[name];
    if (values.length > 0)
      report.row({ name: `stage ${name}`, values, unit: 's', digits: 3, ...(note && { note }) });
  }
}
