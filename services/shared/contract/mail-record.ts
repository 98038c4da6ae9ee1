import { z } from 'zod';
import type { Mp3Event } from './events.ts';

/** Written before and after a mail is sent, so that a repeated event sends none. */
export const mailRecord = z
  .object({
    state: z.enum(['open', 'sending', 'sent']).meta({
      description:
        '`sending` is saved before a mail is given to the binding, `sent` after it was taken: from then on nobody sends. `open`: nobody is sending.',
    }),
    send: z.string().meta({
      description:
        'The send that wrote this, a UUID of its own, so that one which comes late is told from the present one; empty where none is known',
    }),
    sends: z.number().int().min(0).meta({ description: 'Sends that went out, or may have: at most 2' }),
    refusals: z.number().int().min(0).meta({ description: 'Sends that surely did not go out' }),
  })
  .meta({
    title: 'Mail record',
    description: 'What is known of the mail of one outcome',
    examples: [{ state: 'sent', send: '9d0fbe6f-6f0e-4e0a-9c5a-0a3f3b6f2f55', sends: 1, refusals: 0 }],
  });
export type MailRecord = z.infer<typeof mailRecord>;

export const mailRecordKey = ({ job_id, run }: { job_id: string; run: number | string }): string =>
  `mail:${job_id}:${run}`;

/** The record's key goes with the job, a day later: no event of it is under way by then. Seconds. */
export const mailRecordTtl = ({ expires_at }: Pick<Mp3Event, 'expires_at'>): number =>
  (Date.parse(expires_at) - Date.now()) / 1000 + 24 * 3600;
