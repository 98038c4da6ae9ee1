import { ProblemError, UnreachableError } from '../../../client/http/errors.ts';
import { formatWait } from '../text/format.ts';
import { hasText, t } from '../text/language.ts';

/** A sentence for people about an error of the client: in their language where the error has a code that we know. */
export function messageOf(error: unknown): string {
  if (error instanceof ProblemError) {
    const { retryAfterSeconds: wait = 0 } = error;
    if (error.code === 'too_many_requests' && wait > 0)
      return t('error.try_again', { when: formatWait(wait) });
    const key = `error.${error.code}`;
    return hasText(key) ? t(key) : error.message;
  }
  if (error instanceof UnreachableError) return t('error.unreachable');
  if (isMissingPart(error)) return t('shell.updated');
  return error instanceof Error ? error.message : String(error);
}

/**
 * Whether a part of the page could not be loaded with `import()`: a gateway of another build has none of this name. The three
 * engines of browsers have a text each, and no other mark.
 */
const isMissingPart = (error: unknown): boolean =>
  error instanceof TypeError &&
  /dynamically imported module|Importing a module script failed/i.test(error.message);
