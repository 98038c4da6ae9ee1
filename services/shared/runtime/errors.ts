/**
 * Every code that a response of type `application/problem+json` may have, with
 * its HTTP status. Codes are stable, but texts are not.
 */
export const STATUS = {
  bad_request: 400,
  empty_file: 400,
  invalid_credentials: 401,
  invalid_token: 401,
  sign_in_failed: 401,
  sign_in_cancelled: 401,
  passkey_refused: 401,
  forbidden: 403,
  insufficient_scope: 403,
  second_factor_required: 403,
  email_not_verified: 403,
  wrong_password: 403,
  wrong_code: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_slow: 408,
  not_ready: 409,
  account_exists: 409,
  email_taken: 409,
  state_conflict: 409,
  upload_in_progress: 409,
  offset_conflict: 409,
  expired: 410,
  link_expired: 410,
  precondition_failed: 412,
  too_large: 413,
  uri_too_long: 414,
  not_media: 415,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  invalid_email: 422,
  weak_password: 422,
  invalid_option: 422,
  idempotency_key_reused: 422,
  too_many_files: 422,
  upload_locked: 423,
  too_many_requests: 429,
  quota_exceeded: 429,
  headers_too_large: 431,
  /** The status that tus gives to this error. No standard of HTTP has it. */
  checksum_mismatch: 460,
  internal: 500,
  not_implemented: 501,
  unavailable: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof STATUS;

interface ErrorOptions {
  cause?: unknown;
  /** Response headers that belong to the error, such as `Retry-After`. */
  headers?: Record<string, string>;
  /** Further members of the problem details (RFC 9457, 3.2). Whoever sent the request sees them. */
  fields?: Record<string, string | number>;
}

/** The error class of all services: a stable code, a sentence for people, and the cause, which is only for the log. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly headers: Record<string, string>;
  readonly fields: Record<string, string | number>;

  constructor(code: ErrorCode, detail: string, { cause, headers = {}, fields = {} }: ErrorOptions = {}) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.headers = headers;
    this.fields = fields;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** Whether the error is an AppError, with this code where one is given. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}

/**
 * Returns the first error of an AggregateError, whose other errors come from
 * the cleanup after it. Returns any other error as it is.
 */
export const firstOf = (error: unknown): unknown =>
  error instanceof AggregateError ? error.errors[0] : error;

/** A 503 with `Retry-After`. `what` begins the sentence that a client reads, such as «the store». */
export const unavailable = (what: string, cause?: unknown): AppError =>
  new AppError('unavailable', `${what} is not available at the moment; try again shortly`, {
    cause,
    headers: { 'Retry-After': '5' },
  });
