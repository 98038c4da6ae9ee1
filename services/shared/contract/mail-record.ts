import { z } from 'zod';
import type { Mp3Event } from './events.ts';

/**
 * The record of the mail about one outcome. It is written before and after a send, so that a repeated event does not send a
 * second mail.
 */
export const mailRecord = z
  .object({
    state: z.enum(['open', 'sending', 'sent']).meta({
      description:
        '`sending` is saved before a mail is given to the binding. `sent` is saved after the mail was accepted, and then nobody sends it again. `open` means that nobody is sending.',
    }),
    send: z.string().meta({
      description:
        'UUID of the send that wrote this record, so that a late send can be distinguished from the current one. Empty where no send is known.',
    }),
    sends: z
      .number()
      .int()
      .min(0)
      .meta({ description: 'Number of sends that went out or may have gone out, at most 2' }),
    refusals: z.number().int().min(0).meta({ description: 'Number of sends that certainly did not go out' }),
  })
  .meta({
    title: 'Mail record',
    description: 'What is known about the mail for one outcome',
    examples: [{ state: 'sent', send: '9d0fbe6f-6f0e-4e0a-9c5a-0a3f3b6f2f55', sends: 1, refusals: 0 }],
  });
export type MailRecord = z.infer<typeof mailRecord>;

export const mailRecordKey = ({ job_id, run }: { job_id: string; run: number | string }): string =>
  `mail:${job_id}:${run}`;

/** The record of a mail about an account has the same form. @param id of the mail */
export const accountMailRecordKey = ({ id }: { id: string }): string => `account-mail:${id}`;

/**
 * The TTL of the record in seconds. It expires one day after the job, when no event of the job can be under way any more.
 */
export const mailRecordTtl = ({ expires_at }: Pick<Mp3Event, 'expires_at'>): number =>
  (Date.parse(expires_at) - Date.now()) / 1000 + 24 * 3600;
