import type { FailureCode } from '../../shared/jobs/failures.ts';
import type { JobView } from '../../shared/jobs/job-view.ts';

/**
 * Why a job may have failed because of what was left out of the film. The other reasons have nothing to do with it: all of the
 * film would fail as well, or its sound alone may succeed later.
 */
const MAY_NEED_WHOLE: readonly FailureCode[] = [
  'no_audio',
  'unknown_track',
  'unsupported_codec',
  'not_media',
  'truncated',
  'conversion_failed',
];

/** Whether a job that got only the sound of a film has failed in a way in which it might not with all of the film. */
export const mayNeedWhole = ({ status, error }: Pick<JobView, 'status' | 'error'>): boolean =>
  status === 'failed' && MAY_NEED_WHOLE.some((code) => code === error?.code);
