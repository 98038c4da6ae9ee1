import * as z from 'zod';
import { ACCOUNT_GROUPS } from '../../shared/contract/account-group.ts';

const used = (what: string) =>
  z
    .object({ used: z.number().min(0), limit: z.number().min(0).nullable() })
    .describe(`${what}; a limit of null is none`);

/** What an account has used, and may use. */
export const usageView = z.object({
  group: z.enum(ACCOUNT_GROUPS),
  resets_at: z.iso.datetime().describe('the end of the day, midnight UTC'),
  uploads: used('uploads that became jobs, on this day'),
  bytes: used('bytes of these uploads'),
  minutes: used('minutes of sound that were made of these uploads'),
  stored_bytes: used('bytes of videos and MP3s that are kept; what was deleted lately may be counted'),
});
export type UsageView = z.infer<typeof usageView>;
