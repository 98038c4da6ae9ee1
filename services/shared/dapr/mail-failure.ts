import { parseJson } from '../runtime/parse-json.ts';

/**
 * Matches the message of a mail binding's failure after which nobody knows whether the mail was sent. With the SMTP
 * binding, the connection was made, and the send ended without a reply code of the mail server. With a binding in a process
 * of its own (gRPC), it is every status except a refusal by the binding and a connection that was not made, because the
 * process may have died during the send. The expression matches from the beginning, because the reply of a mail server can
 * be any text.
 */
export const UNKNOWN_OUTCOME =
  /^[^:]*: (error from smtp binding, sending email failed: gomail: could not send email \d+: (?!\d{3}[ -]|gomail: )|rpc error: code = (?!(InvalidArgument|FailedPrecondition|Unimplemented) |Unavailable desc = connection error: ))/;

/** Whether the mail server may have accepted a mail whose send failed with this message. */
export const isOutcomeUnknown = (failure: string): boolean => UNKNOWN_OUTCOME.test(failure);

/** The message in a sidecar's error response, `{"errorCode":…,"message":…}`. The whole text where it has another form. */
export function failureIn(answer: string): string {
  const message = (parseJson(answer) as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : answer;
}
