import { type UploadView, uploadView } from '../upload-view.ts';
import type { FoundUpload } from './find-owned.ts';

export const viewOfUpload = ({ record, job }: FoundUpload): UploadView =>
  uploadView.parse({
    id: record.id,
    size: record.size,
    offset: record.checkpoint.offset,
    expires_at: record.expires_at,
    job: job ? { id: job.id, status: job.status } : null,
  });
