import { type Mail, mailsTo } from './client.ts';
import { waitFor } from './wait.ts';

/** Waits for a mail with that subject. */
export const mailWith = (mailUrl: string, address: string, subject: string): Promise<Mail> =>
  waitFor(`the mail «${subject}» to ${address}`, async () =>
    (await mailsTo(mailUrl, address)).find((mail) => mail.subject === subject),
  );

/** The page to which the link of a mail leads, and the token that the page posts. */
export function linkIn({ html }: Mail): { page: string; token: string } {
  const url = new URL(/href="([^"]+)"/.exec(html)?.[1] ?? 'about:blank');
  const token = /^#token=([\w-]{43})$/.exec(url.hash)?.[1];
  if (!token) throw new Error('the mail has no link with a token');
  return { page: url.pathname, token };
}
