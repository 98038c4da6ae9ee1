import type { ErrorCode } from '../../shared/runtime/errors.ts';
import { ForeignResponseError, ProblemError } from './http/errors.ts';
import type { Session } from './session/session.ts';

/** What a status means here. The response to a HEAD request has no body, which would tell the code. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  404: 'not_found',
  422: 'too_many_files',
  429: 'too_many_requests',
  500: 'internal',
  503: 'unavailable',
};

/** The path of an archive with the MP3s of these jobs; without any, of all jobs. */
export function archivePath(ids: readonly string[]): string {
  const query = new URLSearchParams(ids.map((id): [string, string] => ['id', id])).toString();
  return `/download/archive${query && `?${query}`}`;
}

/**
 * Asks whether these MP3s can be downloaded as one archive; without ids, all MP3s of the user.
 * @throws ProblemError `not_found` where one of them does not exist any more, or there is none; `too_many_files`,
 *   `too_many_requests`, `unavailable`, `internal`
 */
export async function checkArchive(
  session: Session,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await (await session.send({ method: 'HEAD', path: archivePath(ids), signal })).discard();
  } catch (error) {
    const code = error instanceof ForeignResponseError ? CODES[error.status] : undefined;
    if (!(error instanceof ForeignResponseError) || code === undefined) throw error;
    const { status, retryAfterSeconds } = error;
    throw new ProblemError('These MP3s cannot be one archive', { status, code, retryAfterSeconds });
  }
}
