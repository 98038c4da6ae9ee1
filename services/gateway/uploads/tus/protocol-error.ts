import { ERRORS } from '@tus/server';
import { AppError, type ErrorCode } from '../../../shared/runtime/errors.ts';

/** The codes for the statuses that @tus/server gives to its errors. */
const CODES: Record<number, ErrorCode> = {
  400: 'bad_request',
  403: 'bad_request',
  404: 'not_found',
  409: 'offset_conflict',
  410: 'expired',
  413: 'too_large',
  501: 'not_implemented',
};

/** Returns the error of this service for one of @tus/server, which are plain objects. Every other error stays as it is. */
export function toAppError(error: unknown): unknown {
  if (error === ERRORS.ERR_LOCK_TIMEOUT || error === ERRORS.ABORTED) return uploadLocked();
  const { status_code, body } = error as { status_code?: number; body?: string };
  const code = CODES[status_code ?? 0];
  return code === undefined ? error : new AppError(code, (body ?? '').trim());
}

const uploadLocked = (): AppError =>
  new AppError('upload_locked', 'another request is writing to this upload; try again shortly', {
    headers: { 'Retry-After': '1' },
  });
