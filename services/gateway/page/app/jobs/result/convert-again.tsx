import type { JobView } from '../../../../../shared/jobs/job-view.ts';
export function ConvertAgain(_: { job: JobView; onBegun: () => void }) {
  return null;
}
