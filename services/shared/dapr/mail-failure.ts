/**
 * How the failure of a mail binding begins when it leaves open what became of the mail. The SMTP binding: it was connected, and
 * the send broke off without a reply code of the mail server. A binding in a process of its own (gRPC): every status but its
 * own no and a connection that was not made, for that process may have died in the middle. From the beginning on, since
 * what a mail server replies may look like anything.
 */
export const BROKE_OFF =
  /^[^:]*: (error from smtp binding, sending email failed: gomail: could not send email \d+: (?!\d{3}[ -]|gomail: )|rpc error: code = (?!(InvalidArgument|FailedPrecondition|Unimplemented) |Unavailable desc = connection error: ))/;

/** Whether the mail server may have taken a mail whose send failed in this way. */
export const brokeOff = (failure: string): boolean => BROKE_OFF.test(failure);

/** The text of a failure in the sidecar's answer, `{"errorCode":…,"message":…}`. */
export function failureIn(answer: string): string {
  try {
    const { message } = JSON.parse(answer) as { message?: unknown };
    return typeof message === 'string' ? message : answer;
  } catch {
    return answer;
  }
}
