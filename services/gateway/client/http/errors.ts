import type { ErrorCode } from '../../../shared/runtime/errors.ts';

/** Base class of the errors that this client throws. A message may quote the server, so escape it before you show it. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
}

/** An error response of the gateway, with problem details (RFC 9457). */
export class ProblemError extends ClientError {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: ErrorCode;
  /** From `Retry-After`; undefined where the response had none. */
  readonly retryAfterSeconds: number | undefined;
  /** What continues a login that needs a second factor. */
  readonly challenge: string | undefined;

  constructor(
    detail: string,
    problem: {
      status: number;
      code: ErrorCode;
      retryAfterSeconds?: number | undefined;
      challenge?: string | undefined;
    },
  ) {
    super(`${detail} (${problem.code})`);
    this.status = problem.status;
    this.code = problem.code;
    this.retryAfterSeconds = problem.retryAfterSeconds;
    this.challenge = problem.challenge;
  }
}

/** The gateway did not answer. It may or may not have carried out the request. */
export class UnreachableError extends ClientError {
  override readonly name: string = 'UnreachableError';
}

/** The connection was established and then lost, or stayed silent for too long. */
export class ConnectionLostError extends UnreachableError {
  override readonly name = 'ConnectionLostError';
}

/**
 * Something in front of the gateway answered instead, such as an ingress controller without a ready pod. The response to a HEAD
 * request has no body, so each error response to one counts as such.
 */
export class ForeignResponseError extends UnreachableError {
  override readonly name = 'ForeignResponseError';
  readonly status: number;
  /** From `Retry-After`; undefined where the response had none. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, response: { status: number; retryAfterSeconds: number | undefined }) {
    super(message);
    this.status = response.status;
    this.retryAfterSeconds = response.retryAfterSeconds;
  }
}

/** The server redirects. Redirects are not followed, because a request with a streamed body cannot be repeated. */
export class RedirectError extends ClientError {
  override readonly name = 'RedirectError';
}

/** A successful response whose body does not have the expected form. */
export class InvalidResponseError extends ClientError {
  override readonly name = 'InvalidResponseError';
}

export const isProblem = (error: unknown, code: ErrorCode): error is ProblemError =>
  error instanceof ProblemError && error.code === code;

/** The status of the response that the error stands for; undefined where there was none. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof ProblemError || error instanceof ForeignResponseError ? error.status : undefined;
