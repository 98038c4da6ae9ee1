import * as z from 'zod';

/** A session as its owner sees it in a list. */
const sessionEntry = z.object({
  id: z.string(),
  current: z.boolean(),
  created_at: z.string(),
  last_used_at: z.string(),
  user_agent: z.string().nullish(),
});
export type SessionEntry = z.infer<typeof sessionEntry>;
export const sessionList = z.object({ sessions: z.array(sessionEntry) });
