import { status } from '@grpc/grpc-js';

/**
 * The gRPC status of each kind of failure. daprd passes the code and the message on in its response. `unknown` means that the
 * mail server may have accepted the mail; every other code guarantees that it did not. services/shared/dapr relies on this.
 */
const CODES = {
  /** The request itself is wrong. */
  bad_request: status.INVALID_ARGUMENT,
  no_such_operation: status.UNIMPLEMENTED,
  /** The mail server refused the mail or could not be reached, or the connection is not safe enough for the login. */
  refused: status.FAILED_PRECONDITION,
  unknown: status.UNKNOWN,
} as const;

export class Failure extends Error {
  override readonly name = 'Failure';
  /** The gRPC status code. */
  readonly code: (typeof CODES)[keyof typeof CODES];

  constructor(kind: keyof typeof CODES, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = CODES[kind];
  }
}
