import * as z from 'zod';

/** The session of a page. The tokens are in cookies. */
export const sessionView = z.object({
  account: z
    .object({ id: z.string(), email: z.string() })
    .nullable()
    .describe('who is signed in; null for nobody, or where the session has to be renewed first'),
  renewable: z.boolean().describe('whether POST /session/renewal may continue the session'),
  renew_in: z
    .number()
    .int()
    .nullable()
    .describe('seconds after which POST /session/renewal should follow; null where nobody is signed in'),
});
export type SessionView = z.infer<typeof sessionView>;
export type Account = NonNullable<SessionView['account']>;
