/** An error whose message a person can act on. Shown without a stack; exit code 1. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
}

/** The command line is invalid, or must not be carried out as it stands. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The gateway did not answer. It may or may not have carried out the request. */
export class Unreachable extends Failure {
  override readonly name: string = 'Unreachable';
}

/** The connection was established and then lost. */
export class BrokenOff extends Unreachable {
  override readonly name = 'BrokenOff';
}

/** Something in front of the gateway answered instead, such as an ingress controller without a ready pod. */
export class NotOurs extends Unreachable {
  override readonly name = 'NotOurs';
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter: number | undefined) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** An error response of the gateway, with problem details (RFC 9457). */
export class Problem extends Failure {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  /** Seconds, from `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(detail: string, answer: { status: number; code: string; retryAfter?: number | undefined }) {
    super(`${detail} (${answer.code})`);
    this.status = answer.status;
    this.code = answer.code;
    this.retryAfter = answer.retryAfter;
  }
}

export const isProblem = (error: unknown, code: string): error is Problem =>
  error instanceof Problem && error.code === code;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
