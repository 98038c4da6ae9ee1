import type { Sidecar } from '../shared/sidecar.ts';

export interface Mail {
  to: string;
  subject: string;
  html: string;
}

export interface Mailer {
  /**
   * Waits as long as the mail server takes. Throws `unavailable` when the mail was refused for sure, and `UnknownOutcome`
   * when the answer was lost.
   */
  send(mail: Mail): Promise<void>;
}

/** `emailTo` splits on semicolons, and a comma or a line break would reach the header. */
export const isOneRecipient = (address: string): boolean =>
  /^[^\s\p{Cc};,<>"]+@[^\s\p{Cc};,<>"]+$/u.test(address);

/**
 * Mail through the sidecar's SMTP binding. It writes what one request sets into a configuration that all share, so every
 * field is set on every send, and callers send one at a time; a send that says nothing for seconds has read it long ago.
 */
export function createMailer(sendMail: Sidecar['sendMail'], { from }: { from: string }): Mailer {
  return {
    async send({ to, subject, html }) {
      if (!isOneRecipient(to)) throw new TypeError('not one mail address');
      const fields = { emailFrom: from, emailTo: to, emailCC: '', emailBCC: '', subject, priority: '3' };
      await sendMail(html, fields);
    },
  };
}
