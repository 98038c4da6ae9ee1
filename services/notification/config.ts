import { z } from 'zod';
import { guarded, type RenamedVariables, serviceEnvironment, wholeNumber } from '../shared/runtime/config.ts';

export const renamedVariables: RenamedVariables = { MAIL_PATIENCE_SECONDS: 'MAIL_STALL_SECONDS' };

export const notificationEnvironment = guarded(
  serviceEnvironment.extend({
    MAIL_FROM: z
      .string()
      .regex(/^[^\p{Cc};,]+$/u, 'must be one address, without a comma or semicolon')
      .default('mp3converter <mp3converter@localhost>'),
    /** Sends at a time. More than one only over a binding that keeps requests apart: components/README.md tells which. */
    MAIL_CONCURRENCY: wholeNumber(1, { min: 1, max: 64 }),
    /** A mail server that says nothing for this long does not hold other mails back any more. */
    MAIL_STALL_SECONDS: wholeNumber(15, { min: 1, max: 600 }),
  }),
);

export type NotificationConfig = z.output<typeof notificationEnvironment>;
