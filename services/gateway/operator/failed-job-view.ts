import * as z from 'zod';
import { jobView } from '../../shared/jobs/job-view.ts';

/** The form of a failed job that an operator sees. */
export const failedJobView = z.object({
  ...jobView.pick({ id: true, filename: true, error: true, attempts: true }).shape,
  owner: z.string().describe('user id'),
  email: z.string(),
  run: z.number().int().describe('1 for the first conversion, and one more for each retry'),
  ...jobView.pick({ created_at: true, updated_at: true, expires_at: true }).shape,
});
export type FailedJobView = z.infer<typeof failedJobView>;
