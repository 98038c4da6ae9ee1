import * as z from 'zod';
import { SCOPES } from '../../shared/contract/scopes.ts';

/** An API key as its owner sees it. */
export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z
    .array(z.enum(SCOPES))
    .describe('`upload`: send files; `read`: jobs and MP3s; `manage`: change jobs'),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable().describe('to the minute; null for a key that was never used'),
});

/** The answer to a new key. */
export const newApiKeyView = apiKeyView.extend({
  key: z.string().describe('the key itself, `mp3_…`, which is shown here alone'),
});
