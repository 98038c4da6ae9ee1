import * as z from 'zod';

/** The session of a page. The tokens are in cookies. */
export const sessionView = z.object({
  account: z
    .object({
      id: z.string(),
      email: z.string().nullable().describe('null for a guest'),
      guest: z.boolean().describe('whether the account has no address and password yet'),
    })
    .nullable()
    .describe('who is signed in; null for nobody, or where the session has to be renewed first'),
  limits: z
    .object({
      max_upload_bytes: z.number().int().describe('the most bytes of one upload'),
      retention_seconds: z.number().int().describe('how long a job and its MP3 are kept'),
    })
    .nullable()
    .describe('what the account may do; null where `account` is'),
  renewable: z.boolean().describe('whether POST /session/renewal may continue the session'),
  renew_in: z
    .number()
    .int()
    .nullable()
    .describe('seconds after which POST /session/renewal should follow; null where nobody is signed in'),
  guests: z.boolean().describe('whether POST /session/guest lets one start as a guest'),
});
export type SessionView = z.infer<typeof sessionView>;
export type Account = NonNullable<SessionView['account']>;
