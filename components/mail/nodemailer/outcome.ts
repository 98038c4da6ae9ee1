import { Failure } from './failure.ts';

/** The error with which nodemailer reports a failed send. */
export interface SendError extends Error {
  code?: string;
  /** The mail server's reply code, if its reply made the send fail. */
  responseCode?: number;
}

/**
 * Turns an error of nodemailer into a `Failure`. It is `unknown` only when the mail server received part of the message and
 * then neither accepted nor refused it. With a 4xx or 5xx reply the server states that it refused it (RFC 5321, 4.2.1).
 */
export function toFailure(error: SendError, messageBegun: boolean): Failure {
  const { message, responseCode = 0 } = error;
  const isRefused = responseCode >= 400 && responseCode < 600;
  return messageBegun && !isRefused
    ? new Failure('unknown', `the connection broke while the mail was being sent: ${message}`, error)
    : new Failure('refused', `the mail server did not accept the mail: ${message}`, error);
}
