import * as z from 'zod';
import { jobView } from '../../shared/jobs/job-view.ts';

/** The form of a failed job that an operator sees. */
export const failedJobView = z.object({
  ...jobView.pick({ id: true, filename: true, error: true, attempts: true }).shape,
  owner: z.string().describe('user id'),
  email: z.string().describe('empty for a guest'),
  trace_id: z
    .string()
    .nullable()
    .default(null)
    .describe('leads to the log lines and traces of the job; a gateway of an earlier release has none'),
  run: z.number().int().describe('1 for the first conversion, and one more for each retry'),
  ...jobView.pick({ created_at: true, updated_at: true, expires_at: true }).shape,
});
export type FailedJobView = z.infer<typeof failedJobView>;
