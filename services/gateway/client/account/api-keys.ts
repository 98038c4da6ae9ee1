import * as z from 'zod';
import type { Session } from '../session/session.ts';
import { jsonRequest } from './send-json.ts';

const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: z.string(),
  expires_at: z.string(),
  last_used_at: z.string().nullable(),
});
const newApiKey = apiKey.extend({ key: z.string() });
const apiKeyList = z.object({ keys: z.array(apiKey) });

export type ApiKey = z.infer<typeof apiKey>;

export interface WantedApiKey {
  name: string;
  scopes: string[];
  expires_in_days: number;
  /** Of the account, where it has one. */
  password?: string;
}

/** The keys by which programs use the API for an account. */
export interface ApiKeys {
  /** The newest first. */
  list(): Promise<ApiKey[]>;
  /** Makes a key. Its text is in this answer alone. @throws ProblemError `state_conflict` where there are too many, `wrong_password` */
  create(wanted: WantedApiKey): Promise<z.infer<typeof newApiKey>>;
  /** @throws ProblemError `not_found` */
  delete(id: string): Promise<void>;
}

export function createApiKeys(session: Session, signal: AbortSignal): ApiKeys {
  const path = '/account/keys';
  return {
    async list() {
      return (await (await session.send(jsonRequest('GET', path, signal))).json(apiKeyList)).keys;
    },
    async create(wanted) {
      return (await session.send(jsonRequest('POST', path, signal, wanted))).json(newApiKey);
    },
    async delete(id) {
      const reply = await session.send(jsonRequest('DELETE', `${path}/${encodeURIComponent(id)}`, signal));
      await reply.discard();
    },
  };
}
