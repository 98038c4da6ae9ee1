import * as z from 'zod';

/** The response to a login and to a refresh. */
export const tokenGrant = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer').default('Bearer'),
  expires_in: z.number().int().describe('seconds'),
  refresh_token: z.string().describe('valid for one refresh, which returns the next one'),
});
