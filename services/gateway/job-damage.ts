import type { Log } from '../shared/log.ts';

/** Logs that the document of a job cannot be read. Only an operator can repair it, so that this is an error. */
export const damageLogger =
  (log: Log) =>
  (id: string, error: unknown): void =>
    log.error({ err: error, job_id: id }, 'the document of a job is damaged, so the job is left out');
