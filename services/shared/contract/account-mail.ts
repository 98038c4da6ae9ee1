import { z } from 'zod';
import { emailAddress } from './email-address.ts';

/** The route of notification that auth invokes. */
export const ACCOUNT_MAILS_PATH = '/account-mails';

export const ACCOUNT_MAIL_KINDS = [
  'verify_email',
  'account_exists',
  'reset_password',
  'password_changed',
  'password_reset',
  'account_claimed',
  'email_change',
  'email_changed',
  'account_deleted',
  'new_sign_in_method',
  'sign_in_method_removed',
  'new_api_key',
  'wrong_codes',
] as const;
export type AccountMailKind = (typeof ACCOUNT_MAIL_KINDS)[number];

/** A mail about an account, which auth asks notification to send. */
export const accountMail = z
  .object({
    id: z.uuid().meta({
      description:
        'One mail has one id, however often it is asked for. Whoever sends mails sends each id once.',
    }),
    kind: z.enum(ACCOUNT_MAIL_KINDS).meta({
      description:
        '`email_change` goes to the new address of an account, `email_changed` to the old one. `account_exists` answers a registration with an address that has an account. `account_claimed` follows a reset of the password of an account whose address nobody had confirmed.',
    }),
    to: emailAddress.meta({ description: 'The only recipient' }),
    link: z
      .url()
      .regex(/^https?:\/\/[!-~]{1,1000}$/)
      .nullable()
      .default(null)
      .meta({
        description:
          'Where the mail leads: a page whose fragment holds a token that works once. Whoever has it can act for the owner, so keep it out of logs. Null for a mail that only informs.',
      }),
    detail: z.string().max(200).nullable().default(null).meta({
      description: 'What the mail is about, such as the name of a way to sign in. It is untrusted text.',
    }),
    expires_at: z.iso.datetime().meta({ description: 'The mail is of no use afterwards, and is not sent' }),
  })
  .meta({
    title: 'Mail about an account',
    examples: [
      {
        id: '2f1c0b9a-7d6e-4f58-9a3b-1c2d3e4f5a6b',
        kind: 'verify_email',
        to: 'ann@example.com',
        link: 'https://mp3.example.com/#/verify-email/S3r0mq0b0kq7f0d1cJb3i1yq7n5kZr8mWv2xTt6uYwA',
        detail: null,
        expires_at: '2126-01-02T03:04:05.000Z',
      },
    ],
  });
export type AccountMail = z.infer<typeof accountMail>;
