import * as z from 'zod';

/** The account as its owner sees it. A gateway that is newer may tell more. */
export const accountView = z.object({
  /** Whether there is a password to sign in with, and to prove changes with. */
  has_password: z.boolean(),
});
export type AccountView = z.infer<typeof accountView>;

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
