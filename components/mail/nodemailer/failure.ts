import { status } from '@grpc/grpc-js';

/**
 * What a request failed by, as a gRPC status; daprd hands code and text on in its answer. `unknown` is for a mail that may have
 * been taken all the same; the others say for sure that it was not, and services/shared/sidecar.ts tells them apart by this.
 */
const CODES = {
  /** The request itself is wrong. */
  bad_request: status.INVALID_ARGUMENT,
  no_such_operation: status.UNIMPLEMENTED,
  /** The mail server refused, could not be reached, or may not be given the login. */
  refused: status.FAILED_PRECONDITION,
  unknown: status.UNKNOWN,
} as const;

export class Failure extends Error {
  override readonly name = 'Failure';
  /** gRPC's number. */
  readonly code: (typeof CODES)[keyof typeof CODES];

  constructor(kind: keyof typeof CODES, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = CODES[kind];
  }
}
