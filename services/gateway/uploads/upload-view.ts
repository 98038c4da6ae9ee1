import * as z from 'zod';
import { STATUSES } from '../../shared/jobs/job-view.ts';

/** The job of an upload. Its status is `done` where the same video was converted before. */
export const acceptedUpload = z.object({ id: z.uuid(), status: z.enum(STATUSES) });
export type AcceptedUpload = z.infer<typeof acceptedUpload>;

/** What the owner of a resumable upload sees of it, beside the headers of the protocol. */
export const uploadView = z.object({
  id: z.uuid(),
  size: z.number().int().positive().nullable().describe('bytes; null while the client has not told it'),
  offset: z.number().int().nonnegative().describe('bytes that are stored, and stay so'),
  expires_at: z.iso.datetime().describe('when the upload is forgotten, unless more of it arrives'),
  job: acceptedUpload.nullable().describe('the job that the upload has become, once all of it has arrived'),
});
export type UploadView = z.infer<typeof uploadView>;
