import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { isProblem } from './failure.ts';
import { type Call, type Gateway, readJson } from './gateway.ts';

export const tokens = z.object({
  access_token: z.string(),
  /** seconds */
  expires_in: z.number(),
  refresh_token: z.string(),
});
export type Tokens = z.infer<typeof tokens>;

/** Sends requests as a logged-in user. Replaces the access token when it has expired or soon will. */
export interface Session {
  readonly url: string;
  send(call: Call): Promise<Dispatcher.ResponseData>;
  /** Logs out. Ignores errors: the token expires anyway. */
  close(signal: AbortSignal): Promise<void>;
}

const EARLY_MS = 30_000;

export async function openSession(
  gateway: Gateway,
  login: (signal: AbortSignal) => Promise<Tokens>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Session> {
  let current = await login(signal);
  let expires = expiry(current);

  function expiry({ expires_in }: Tokens): number {
    return clock.now() + expires_in * 1000;
  }

  const post = (path: string, signal: AbortSignal) =>
    gateway.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: () => JSON.stringify({ refresh_token: current.refresh_token }),
      signal,
    });

  async function renew(signal: AbortSignal): Promise<void> {
    try {
      current = await readJson(await post('/refresh', signal), tokens, gateway.url);
    } catch (error) {
      if (!isProblem(error, 'invalid_token')) throw error;
      current = await login(signal);
    }
    expires = expiry(current);
  }

  const authorized = (call: Call) =>
    gateway.send({ ...call, headers: { ...call.headers, authorization: `Bearer ${current.access_token}` } });

  return {
    url: gateway.url,
    async send(call) {
      // A token that is valid for less than a minute is renewed at half of its life, not with every call.
      if (clock.now() > expires - Math.min(EARLY_MS, current.expires_in * 500)) await renew(call.signal);
      try {
        return await authorized(call);
      } catch (error) {
        if (!isProblem(error, 'invalid_token')) throw error;
        await renew(call.signal);
        return authorized(call);
      }
    },
    async close(signal) {
      const reply = await post('/logout', signal).catch(() => undefined);
      await reply?.body.dump().catch(() => undefined);
    },
  };
}
