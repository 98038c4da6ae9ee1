import { z } from 'zod';
import { STATUSES } from '../../../shared/jobs/job-view.ts';
import type { FoundUpload } from './find-owned.ts';

/** What the owner of a resumable upload sees of it, beside the headers of the protocol. */
export const uploadView = z.object({
  id: z.uuid(),
  size: z.number().int().positive().nullable().describe('bytes; null while the client has not told it'),
  offset: z.number().int().nonnegative().describe('bytes that are stored, and stay so'),
  expires_at: z.iso.datetime().describe('when the upload is forgotten, unless more of it arrives'),
  job: z
    .object({ id: z.uuid(), status: z.enum(STATUSES) })
    .nullable()
    .describe('the job that the upload has become, once all of it has arrived'),
});
export type UploadView = z.infer<typeof uploadView>;

export const viewOfUpload = ({ record, job }: FoundUpload): UploadView =>
  uploadView.parse({
    id: record.id,
    size: record.size,
    offset: record.checkpoint.offset,
    expires_at: record.expires_at,
    job: job ? { id: job.id, status: job.status } : null,
  });
