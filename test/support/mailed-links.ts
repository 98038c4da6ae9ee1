import { type Mail, mailsTo } from './client.ts';
import { waitFor } from './wait.ts';

/** Waits for a mail with that subject. */
export const mailWith = (mailUrl: string, address: string, subject: string): Promise<Mail> =>
  waitFor(`the mail «${subject}» to ${address}`, async () =>
    (await mailsTo(mailUrl, address)).find((mail) => mail.subject === subject),
  );

/** What the link of a mail asks for, and the token that the page posts: `/#/verify-email/<token>`. */
export function linkIn({ html }: Mail): { action: string; token: string } {
  const { pathname, search, hash } = new URL(/href="([^"]+)"/.exec(html)?.[1] ?? 'about:blank');
  const [, action, token] = /^#\/([a-z-]+)\/([\w-]{43})$/.exec(hash) ?? [];
  if (pathname !== '/' || search !== '' || !action || !token)
    throw new Error('the mail has no link with a token');
  return { action, token };
}
