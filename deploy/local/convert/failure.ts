/** Something a person can read and act on: shown without a stack, exit code 1. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
}

/** The command was not understood, or must not be done as it stands: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The gateway did not answer. Whether it did what it was asked is not known. */
export class Unreachable extends Failure {
  override readonly name: string = 'Unreachable';
}

/** There was a connection, which broke off. */
export class BrokenOff extends Unreachable {
  override readonly name = 'BrokenOff';
}

/** Something in front of the gateway answered in its place, such as an ingress controller that has no pod to ask. */
export class NotOurs extends Unreachable {
  override readonly name = 'NotOurs';
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter: number | undefined) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** The gateway's refusal, problem details as of RFC 9457. */
export class Problem extends Failure {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  /** Seconds, where the gateway said when to come again. */
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
