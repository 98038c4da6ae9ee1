import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFromGateway } from '../../../services/gateway/client/problem-details.ts';
import { basic } from '../../support/basic-auth.ts';
import { type Reply, type Sending, sendVideo, toReply } from './send-video.ts';

const CALL_MS = 8_000;
const MAX_PAUSE_SECONDS = 3;

/** Where the gateways are; a user goes on to the next when one does not answer. */
export type Gateway = { name: string; url: string };

interface Call {
  body?: string;
  headers?: Record<string, string>;
}

/**
 * A patient client of the public API: renews its token, waits when told to, tries again whatever may heal, at another
 * gateway where one does not answer.
 */
export interface User {
  readonly email: string;
  /** Until an answer is definitive, or the last one before `timeoutMs`. */
  ask(method: string, path: string, timeoutMs: number): Promise<Reply>;
  upload(video: Omit<Sending, 'url' | 'headers' | 'signal'>, options: UploadOptions): Promise<Reply>;
  download(path: string, timeoutMs: number): Promise<{ status: number | undefined; bytes: Buffer }>;
}

export interface UploadOptions {
  timeoutMs: number;
  onTry(gateway: string): void;
  onEnd(reply: Reply): void;
}

export async function newUser(gateways: readonly Gateway[], signal: AbortSignal): Promise<User> {
  const email = `user-${randomUUID()}@example.com`;
  const password = randomUUID();
  let turn = Math.floor(Math.random() * gateways.length);
  let accessToken: string | undefined;
  let refreshToken: string | undefined;
  let renewing: Promise<void> | undefined;

  const gateway = (): Gateway => gateways[turn % gateways.length] as Gateway;

  async function call(method: string, path: string, { body, headers = {} }: Call = {}): Promise<Reply> {
    try {
      const response = await fetch(gateway().url + path, {
        method,
        headers,
        body: body ?? null,
        signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]),
      });
      const header = (name: string) => response.headers.get(name) ?? undefined;
      return toReply(response.status, header, await response.text());
    } catch (error) {
      signal.throwIfAborted();
      return { status: undefined, error: (error as Error).message };
    }
  }

  const authorization = (): Record<string, string> => ({
    authorization: `Bearer ${accessToken ?? 'none'}`,
  });

  /** A refresh whose answer was lost may be repeated for a while; after that, only the password is left. */
  async function renew(): Promise<void> {
    accessToken = undefined;
    const reply =
      refreshToken === undefined
        ? await call('POST', '/login', { headers: { authorization: basic(email, password) } })
        : await call('POST', '/refresh', {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ refresh_token: refreshToken }),
          });
    if (reply.status === 200) {
      accessToken = reply.json.access_token;
      refreshToken = reply.json.refresh_token;
    } else if (reply.status === 401) {
      refreshToken = undefined;
    }
  }

  /** Repeats one kind of try until its answer is definitive. */
  async function insist(attempt: () => Promise<Reply>, timeoutMs: number): Promise<Reply> {
    let doubt = false;
    let renewed = false;
    for (const end = performance.now() + timeoutMs; ; ) {
      const reply: Reply = { ...(await attempt()), doubt };
      if (!mayHeal(reply)) return reply;
      doubt ||= reply.status === undefined || reply.status >= 500;
      if (reply.status === 401) {
        renewing ??= renew().finally(() => {
          renewing = undefined;
        });
        await renewing;
      }
      if (reply.status !== 401 || !accessToken) turn++;
      // A token that has expired is no answer, however little time there is.
      if (performance.now() > end && (reply.status !== 401 || renewed)) return reply;
      renewed ||= reply.status === 401;
      const pause =
        reply.status === 401 && accessToken ? 0 : Math.min(reply.retryAfterSeconds ?? 1, MAX_PAUSE_SECONDS);
      await sleep(pause * 1000, undefined, { signal });
    }
  }

  const registered = await insist(
    () =>
      call('POST', '/register', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      }),
    60_000,
  );
  if (registered.status !== 201) throw new Error(`register: ${registered.status} ${registered.error ?? ''}`);

  return {
    email,
    ask: (method, path, timeoutMs) =>
      insist(() => call(method, path, { headers: authorization() }), timeoutMs),

    upload(video, { timeoutMs, onTry, onEnd }) {
      const key = randomUUID();
      return insist(async () => {
        const { name, url } = gateway();
        onTry(name);
        const headers = { ...authorization(), 'idempotency-key': key };
        const reply = await sendVideo({ ...video, url, headers, signal });
        onEnd(reply);
        return reply;
      }, timeoutMs);
    },

    async download(path, timeoutMs) {
      let bytes = Buffer.alloc(0);
      const reply = await insist(async () => {
        try {
          const options = {
            headers: authorization(),
            signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
          };
          const response = await fetch(gateway().url + path, options);
          bytes = Buffer.from(await response.arrayBuffer());
          const type = response.headers.get('content-type') ?? undefined;
          return {
            status: response.status,
            isForeign: !isFromGateway(response.status, type, bytes.toString()),
          };
        } catch (error) {
          signal.throwIfAborted();
          return { status: undefined, error: (error as Error).message };
        }
      }, timeoutMs);
      return { status: reply.status, bytes };
    },
  };
}

/** A 409 that names a time is about another try of the same request. An answer that is not a gateway's says nothing for good. */
export const mayHeal = ({ status, isForeign = false, retryAfterSeconds }: Reply): boolean =>
  status === undefined ||
  isForeign ||
  status === 401 ||
  status === 429 ||
  status >= 500 ||
  (status === 409 && retryAfterSeconds !== undefined);
