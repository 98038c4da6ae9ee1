import { z } from 'zod';
import { callerCheck, eventSecrets } from '../shared/contract/event-secret.ts';
import {
  type RenamedVariables,
  requireTokenUnlessLoopback,
  serviceEnvironment,
  wholeNumber,
} from '../shared/runtime/config.ts';

export const renamedVariables: RenamedVariables = { MAIL_PATIENCE_SECONDS: 'MAIL_STALL_SECONDS' };

export const notificationEnvironment = requireTokenUnlessLoopback(
  serviceEnvironment.extend({
    /** Signs events and calls between the services. Every service needs the same secret. */
    EVENT_SECRET: eventSecrets,
    CALLER_CHECK: callerCheck,
    MAIL_FROM: z
      .string()
      .regex(/^[^\p{Cc};,]+$/u, 'must be one address, without a comma or semicolon')
      .default('mp3converter <mp3converter@localhost>'),
    /**
     * How many mails are sent at a time. More than one needs a binding that
     * keeps requests apart: components/README.md lists those.
     */
    MAIL_CONCURRENCY: wholeNumber(1, { min: 1, max: 64 }),
    /** The most mails to one address in each hour of the clock. Further ones wait for the next hour. */
    MAX_MAILS_PER_ADDRESS_PER_HOUR: wholeNumber(500, { min: 1, max: 1_000_000 }),
    /** A send that has no reply from the mail server for this long does not hold other mails back any more. */
    MAIL_STALL_SECONDS: wholeNumber(15, { min: 1, max: 600 }),
  }),
);

/** Times that are not configurable, in ms. */
export const TIMES = {
  /** A process that has not renewed the record of its send for this long is dead. */
  lease: { leaseMs: 20_000, pollMs: 500 },
  renewMs: 2_000,
  /** How long the save of a send's outcome is retried. A mail that is not recorded as sent is sent again. */
  saveRetryMs: 10 * 60_000,
};
