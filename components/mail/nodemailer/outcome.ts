import { Failure } from './failure.ts';

/** What nodemailer says of a send that failed. */
export interface SendError extends Error {
  code?: string;
  /** The mail server's reply code, if its reply is what the send failed by. */
  responseCode?: number;
}

/**
 * Whether a failed mail may have been taken: only when the mail server was given some of the message, and then said neither yes
 * nor no. Before that nothing was sent; with a 4xx or 5xx it says that it did not take it (RFC 5321, 4.2.1).
 */
export function failureOf(error: SendError, messageBegun: boolean): Failure {
  const { message, responseCode = 0 } = error;
  const saysNo = responseCode >= 400 && responseCode < 600;
  return messageBegun && !saysNo
    ? new Failure('unknown', `the send broke off with the mail under way: ${message}`, error)
    : new Failure('refused', `the mail was not taken: ${message}`, error);
}
