import { domainToASCII } from 'node:url';
import { ONE_RECIPIENT } from '../shared/contract/mail-request.ts';
import type { Sidecar } from '../shared/dapr/sidecar.ts';
import { StartupRefusal } from '../shared/runtime/startup-check.ts';

export interface Mail {
  to: string;
  subject: string;
  html: string;
  /** The same for readers without HTML. */
  text: string;
  /** What this mail is about, the same each time it is sent: letters, digits, dots and hyphens. */
  id: string;
}

export interface Mailer {
  /**
   * Waits as long as the mail server takes. Throws `unavailable` when the mail was refused for sure, and `UnknownOutcome`
   * when the answer was lost.
   */
  send(mail: Mail): Promise<void>;
}

export const isOneRecipient = (address: string): boolean => ONE_RECIPIENT.test(address);

/**
 * Mail through the sidecar's mail binding, whichever it is. The SMTP binding writes what one request sets into a configuration
 * that all share: every field is set on every send, and callers send one at a time there; a send that says nothing for
 * seconds has read it long ago. It passes over `text` and `messageId`, which are for bindings that know them.
 */
export function createMailer(sendMail: Sidecar['sendMail'], { from }: { from: string }): Mailer {
  const domain = domainOf(from);
  return {
    async send({ to, subject, html, text, id }) {
      if (!isOneRecipient(to)) throw new TypeError('not one mail address');
      await sendMail(html, {
        emailFrom: from,
        emailTo: to,
        emailCC: '',
        emailBCC: '',
        subject,
        priority: '3',
        text,
        messageId: `<mail.${id}@${domain}>`,
      });
    },
  };
}

/** Throws a {@link StartupRefusal} when mails that are sent at once could get each other's recipients. */
export async function checkMailBinding(
  mailBinding: Sidecar['mailBinding'],
  concurrency: number,
  signal: AbortSignal,
): Promise<void> {
  if (concurrency === 1) return;
  const type = (await mailBinding(signal))?.toLowerCase();
  if (type === undefined || type === 'bindings.smtp')
    throw new StartupRefusal(
      `MAIL_CONCURRENCY must be 1 over ${type ?? 'a binding that is not known'}: mails that are sent at once could get each other's recipients`,
    );
}

/** Of an address or `name <address>`, as a Message-ID can have it. */
const domainOf = (address: string): string =>
  domainToASCII(/@([^@>\s]+)>?\s*$/.exec(address)?.[1] ?? '') || 'localhost';
