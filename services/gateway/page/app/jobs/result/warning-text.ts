import { type JobWarning, WARNINGS, type WarningCode } from '../../../../../shared/jobs/warnings.ts';
import type { TextKey } from '../../text/catalog.ts';
import { formatClock } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { formatTaken } from '../waiting-time.ts';

/** A warning in plain words. Where this page has none, because a later release gave it, it is the sentence of the gateway. */
export function warningText({ code, detail, seconds, of_seconds, at_seconds }: JobWarning): string {
  if (!isKnown(code)) return detail;
  const text = t(keyOf({ code, of_seconds, at_seconds }), {
    ...(seconds !== undefined && { seconds: lengthOf(seconds) }),
    ...(of_seconds !== undefined && { of_seconds: lengthOf(of_seconds) }),
    ...(at_seconds !== undefined && { at_seconds: formatClock(at_seconds) }),
  });
  // A placeholder that is still there means that the warning came without that number.
  return /\{\w+\}/.test(text) ? detail : text;
}

interface Known extends Pick<JobWarning, 'of_seconds' | 'at_seconds'> {
  code: WarningCode;
}

function keyOf({ code, of_seconds, at_seconds }: Known): TextKey {
  // A live recording states no length.
  if (code === 'truncated' && of_seconds === undefined) return 'result.warning.truncated.open';
  if (code === 'gap_closed' && at_seconds === 0) return 'result.warning.gap_closed.start';
  return `result.warning.${code}`;
}

const lengthOf = (seconds: number): string => (seconds < 60 ? formatTaken(seconds) : formatClock(seconds));

const isKnown = (code: string): code is WarningCode => Object.hasOwn(WARNINGS, code);
