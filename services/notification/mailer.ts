import { domainToASCII } from 'node:url';
import { ONE_RECIPIENT } from '../shared/contract/mail-request.ts';
import type { Sidecar } from '../shared/dapr/sidecar.ts';
import { StartupRefusal } from '../shared/runtime/startup-check.ts';

export interface Mail {
  to: string;
  subject: string;
  html: string;
  /** The same content for mail clients without HTML. */
  text: string;
  /** Identifies the mail, and stays the same when it is sent again. Letters, digits, dots and hyphens. */
  id: string;
}

export interface Mailer {
  /**
   * Waits as long as the mail server takes. Throws `unavailable` when the mail was
   * certainly refused, and `UnknownOutcome` when the reply was lost.
   */
  send(mail: Mail): Promise<void>;
}

/** Whether the text is one mail address and nothing that a mail binding could split into several. */
export const isOneRecipient = (address: string): boolean => ONE_RECIPIENT.test(address);

/**
 * Sends mail through the sidecar's mail binding, whatever its type. The SMTP binding writes the fields of a request into a
 * configuration that all requests share. So every send sets every field, and callers send one mail at a time there. (A send
 * without a reply for seconds has read the configuration long before.) The SMTP binding ignores `text` and `messageId`,
 * which other bindings use.
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

/** Throws a {@link StartupRefusal} when mails that are sent at the same time could reach each other's recipients. */
export async function checkMailBinding(
  mailBinding: Sidecar['mailBinding'],
  concurrency: number,
  signal: AbortSignal,
): Promise<void> {
  if (concurrency === 1) return;
  const type = (await mailBinding(signal))?.toLowerCase();
  if (type === undefined || type === 'bindings.smtp')
    throw new StartupRefusal(
      `MAIL_CONCURRENCY must be 1 with ${type ?? 'an unknown binding'}: mails that are sent at the same time could reach each other's recipients`,
    );
}

/** The domain of `address` or `name <address>`, in ASCII, as a Message-ID needs it. */
const domainOf = (address: string): string =>
  domainToASCII(/@([^@>\s]+)>?\s*$/.exec(address)?.[1] ?? '') || 'localhost';
