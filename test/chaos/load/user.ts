import { randomUUID } from 'node:crypto';
import { isFromGateway } from '../../../services/gateway/client/http/problem-details.ts';
import { basic } from '../../support/basic-auth.ts';
import { retry } from '../../support/retry.ts';
import { isRetryable, type Reply, toReply } from './reply.ts';
import { createTusSender } from './send-by-tus.ts';
import { type SendOptions, sendVideo } from './send-video.ts';

const CALL_MS = 8_000;
const REGISTER_MS = 60_000;
const MAX_PAUSE_SECONDS = 3;

export type Gateway = { name: string; url: string };

export interface Call {
  body?: string;
  headers?: Record<string, string>;
}

export interface UploadOptions {
  timeoutMs: number;
  onAttempt(gateway: string): void;
  onReply(reply: Reply): void;
}

/**
 * A patient client of the public API. It renews its token, waits as long as `Retry-After` says, repeats whatever may succeed
 * later, and changes to another gateway if one does not answer.
 */
export class User {
  readonly email = `user-${randomUUID()}@example.com`;
  readonly #password = randomUUID();
  readonly #gateways: readonly Gateway[];
  readonly #signal: AbortSignal;
  #turn: number;
  #accessToken: string | undefined;
  #refreshToken: string | undefined;
  #renewing: Promise<void> | undefined;

  constructor(gateways: readonly Gateway[], signal: AbortSignal) {
    this.#gateways = gateways;
    this.#signal = signal;
    this.#turn = Math.floor(Math.random() * gateways.length);
  }

  /** Throws if the user cannot be registered within a minute. */
  async register(): Promise<void> {
    const call = json({ email: this.email, password: this.#password });
    const { status, error } = await this.#repeat(() => this.#call('POST', '/register', call), REGISTER_MS);
    if (status !== 201) throw new Error(`register: ${status} ${error ?? ''}`);
  }

  /** Repeats a request until its reply is final. After `timeoutMs`, returns the last reply. */
  ask(method: string, path: string, timeoutMs: number): Promise<Reply> {
    return this.#repeat(() => this.#call(method, path, { headers: this.#authorization() }), timeoutMs);
  }

  /** Repeats an upload under one Idempotency-Key until its reply is final. */
  upload(
    video: Omit<SendOptions, 'url' | 'headers' | 'signal'>,
    { timeoutMs, onAttempt, onReply }: UploadOptions,
  ): Promise<Reply> {
    const key = randomUUID();
    const send = video.plan.way === 'tus' ? createTusSender() : sendVideo;
    return this.#repeat(async () => {
      const { name, url } = this.#gateway();
      onAttempt(name);
      const headers = { ...this.#authorization(), 'idempotency-key': key };
      const reply = await send({ ...video, url, headers, signal: this.#signal });
      onReply(reply);
      return reply;
    }, timeoutMs);
  }

  async download(path: string, timeoutMs: number): Promise<{ status: number | undefined; bytes: Buffer }> {
    let bytes = Buffer.alloc(0);
    const reply = await this.#repeat(async () => {
      try {
        const response = await this.#fetch(path, { headers: this.#authorization() }, timeoutMs);
        bytes = Buffer.from(await response.arrayBuffer());
        const type = response.headers.get('content-type') ?? undefined;
        return {
          status: response.status,
          isForeign: !isFromGateway(response.status, type, bytes.toString()),
        };
      } catch (error) {
        return this.#noReply(error as Error);
      }
    }, timeoutMs);
    return { status: reply.status, bytes };
  }

  /** The headers of a request, with a token that was valid a moment ago. */
  async authorization(): Promise<Record<string, string>> {
    await this.ask('GET', '/jobs?limit=1', CALL_MS);
    return this.#authorization();
  }

  #gateway(): Gateway {
    return this.#gateways[this.#turn % this.#gateways.length] as Gateway;
  }

  #authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.#accessToken ?? 'none'}` };
  }

  #fetch(path: string, init: RequestInit, timeoutMs: number): Promise<Response> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(timeoutMs)]);
    return fetch(this.#gateway().url + path, { ...init, signal });
  }

  async #call(method: string, path: string, { body, headers = {} }: Call = {}): Promise<Reply> {
    try {
      const response = await this.#fetch(path, { method, headers, body: body ?? null }, CALL_MS);
      const header = (name: string) => response.headers.get(name) ?? undefined;
      return toReply(response.status, header, await response.text());
    } catch (error) {
      return this.#noReply(error as Error);
    }
  }

  /** Throws if the experiment was stopped. */
  #noReply({ message }: Error): Reply {
    this.#signal.throwIfAborted();
    return { status: undefined, error: message };
  }

  #repeat(send: () => Promise<Reply>, timeoutMs: number): Promise<Reply> {
    let isInDoubt = false;
    let wasRenewed = false;
    const pauseAfter = async (reply: Reply, isLate: boolean): Promise<number | undefined> => {
      if (!isRetryable(reply)) return undefined;
      isInDoubt ||= reply.status === undefined || reply.status >= 500;
      const isExpired = reply.status === 401;
      if (isExpired) await this.#renewOnce();
      const isRenewed = isExpired && this.#accessToken !== undefined;
      if (!isRenewed) this.#turn++;
      // A 401 for an expired token says nothing about the request, so there is one more attempt after the end of the time.
      if (isLate && (!isExpired || wasRenewed)) return undefined;
      wasRenewed ||= isExpired;
      return isRenewed ? 0 : Math.min(reply.retryAfterSeconds ?? 1, MAX_PAUSE_SECONDS) * 1000;
    };
    const attempt = async (): Promise<Reply> => {
      const doubt = isInDoubt;
      return { ...(await send()), isInDoubt: doubt };
    };
    return retry(attempt, { timeoutMs, pauseAfter, signal: this.#signal });
  }

  /** Requests that are refused at the same time share one renewal. */
  #renewOnce(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** A refresh token may be used again for a while if its response was lost. After that, the user has to log in again. */
  async #renew(): Promise<void> {
    this.#accessToken = undefined;
    const reply =
      this.#refreshToken === undefined
        ? await this.#call('POST', '/login', {
            headers: { authorization: basic(this.email, this.#password) },
          })
        : await this.#call('POST', '/refresh', json({ refresh_token: this.#refreshToken }));
    if (reply.status === 200) {
      this.#accessToken = reply.json.access_token;
      this.#refreshToken = reply.json.refresh_token;
    } else if (reply.status === 401) {
      this.#refreshToken = undefined;
    }
  }
}

const json = (body: object): Call => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Creates a user and registers it. */
export async function newUser(gateways: readonly Gateway[], signal: AbortSignal): Promise<User> {
  const user = new User(gateways, signal);
  await user.register();
  return user;
}
