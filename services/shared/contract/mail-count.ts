import { z } from 'zod';

/** How many mails an address has got in one hour, so that all senders together can bound them. */
export const mailCount = z
  .object({
    mails: z
      .number()
      .int()
      .min(0)
      .meta({ description: 'Mails that were given to the mail binding in this hour, and were not refused' }),
  })
  .meta({
    title: 'Mail count',
    description: 'How many mails an address has got in one hour of the clock',
    examples: [{ mails: 3 }],
  });
export type MailCount = z.infer<typeof mailCount>;

/**
 * @param sha256 of the address in lower case, in hexadecimal: the address is a user's text, which never becomes a key of the store
 * @param hour whole hours since 1970
 */
export const mailCountKey = ({ sha256, hour }: { sha256: string; hour: number | string }): string =>
  `mails-to:${sha256}:${hour}`;

/** The count of an hour is of no use afterwards. Clocks of replicas may differ by some of the second hour. */
export const MAIL_COUNT_TTL_SECONDS = 2 * 3600;
/** `Retry-After` for a mail to an address that has reached its limit. */
export const LIMITED_SECONDS = 300;
