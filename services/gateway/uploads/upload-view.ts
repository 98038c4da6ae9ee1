import * as z from 'zod';
import { STATUSES } from '../../shared/jobs/job-view.ts';

/** The job of an upload. Its status is `done` where the same video was converted before. */
export const acceptedUpload = z.object({ id: z.uuid(), status: z.enum(STATUSES) });
export type AcceptedUpload = z.infer<typeof acceptedUpload>;

/** A resumable upload. */
export const uploadView = z.object({
  id: z.uuid(),
  size: z.number().int().describe('bytes'),
  offset: z.number().int().describe('bytes that the server has'),
  expires_at: z.iso.datetime().nullable(),
  job: acceptedUpload.nullable().describe('null before the last byte has arrived'),
});
export type UploadView = z.infer<typeof uploadView>;
