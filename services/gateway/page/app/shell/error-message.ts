import { ProblemError, UnreachableError } from '../../../client/http/errors.ts';
import { hasText, t } from '../text/language.ts';

/** A sentence for people about an error of the client: in their language where the error has a code that we know. */
export function messageOf(error: unknown): string {
  if (error instanceof ProblemError) {
    const key = `error.${error.code}`;
    return hasText(key) ? t(key) : error.message;
  }
  if (error instanceof UnreachableError) return t('error.unreachable');
  return error instanceof Error ? error.message : String(error);
}
