import { FAILURES, type FailureCode } from '../../../../shared/jobs/failures.ts';
import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { t } from '../text/language.ts';

type Failed = Pick<JobView, 'error' | 'options'>;

/** Why a job failed, in plain words. A code of a later release comes with a sentence of the gateway. */
export function failureText({ error, options }: Failed): string {
  if (error === null) return t('jobs.status.failed');
  if (isStrict({ error, options })) return t('jobs.failure.truncated.strict');
  return isKnown(error.code)
    ? t(`jobs.failure.${error.code}`)
    : t('jobs.failure.other', { detail: error.detail });
}

/** What its owner can do about it. */
export function adviceText({ error, options }: Failed): string {
  if (isStrict({ error, options })) return t('jobs.failure.truncated.strict.advice');
  return error !== null && isKnown(error.code)
    ? t(`jobs.failure.${error.code}.advice`)
    : t('jobs.failure.other.advice');
}

/** The failures after which the same conversion may succeed. */
const MAY_SUCCEED: readonly FailureCode[] = ['conversion_failed', 'gave_up'];
/** The failures after which a conversion with other options may succeed. */
const OTHER_OPTIONS: readonly FailureCode[] = ['unsupported_codec', 'unknown_track', 'too_long'];

/** What helps after a failure: the same once more, other options, or another file. */
export function remedyOf({ error, options }: Failed): 'retry' | 'options' | 'file' {
  if (error === null || !isKnown(error.code)) return 'retry';
  if (MAY_SUCCEED.includes(error.code)) return 'retry';
  return isStrict({ error, options }) || OTHER_OPTIONS.includes(error.code) ? 'options' : 'file';
}

const isStrict = ({ error, options }: Failed): boolean =>
  error?.code === 'truncated' && options.strict === true;

const isKnown = (code: string): code is FailureCode => Object.hasOwn(FAILURES, code);
