import { randomUUID } from 'node:crypto';
import { Agent, type Dispatcher, request } from 'undici';
import { isFromGateway } from '../../services/gateway/client/http/problem-details.ts';
import { basic } from '../support/basic-auth.ts';
import { retry } from '../support/retry.ts';
import type { ResultCounts } from './result-counts.ts';

/** How long one response may take, on a machine whose processors are busy with something else. */
const ATTEMPT_MS = 60_000;
/** How long a request is repeated. A server that is restarted takes half a minute or more to become ready. */
const RETRY_MS = 5 * 60_000;
const CONNECT_MS = 10_000;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;

export interface Answer {
  status: number;
  bytes: Buffer;
}

type RequestOptions = Pick<Dispatcher.RequestOptions, 'body'> & {
  method?: 'POST';
  headers?: Record<string, string>;
};

export interface UserOptions {
  /** Returns the URLs of the gateways that exist at the moment. It is called before each attempt. */
  gateways: () => readonly string[];
  /** The host name by which an ingress controller recognizes the gateway. */
  host?: string;
  counts: ResultCounts;
  /** Sends the requests, if not over connections of this user alone. */
  dispatcher?: Dispatcher;
}

/** The result of one attempt. */
type Attempt =
  | { answer: Answer; isOurs: boolean; retryAfterSeconds: number | undefined }
  | { error: NodeJS.ErrnoException };

/**
 * A typical client. It knows the URLs of all gateways, and changes to the next one when a request is answered with
 * `Retry-After`, when the connection is refused, or when something in front of the gateway answers. It repeats an upload
 * under the same Idempotency-Key.
 */
export class User {
  readonly email = `user-${randomUUID()}@example.com`;
  readonly #password = randomUUID();
  readonly #options: UserOptions;
  readonly #dispatcher: Dispatcher;
  #turn = Math.floor(Math.random() * 100);
  #authorization = '';

  constructor(options: UserOptions) {
    this.#options = options;
    this.#dispatcher = options.dispatcher ?? new Agent({ connect: { timeout: CONNECT_MS } });
  }

  async register(): Promise<void> {
    const { status, bytes } = await this.#ask('/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: this.email, password: this.#password }),
    });
    if (status !== 201) throw new Error(`register: ${status} ${bytes}`);
  }

  /** Gets a new token. Throws if there is none. */
  async logIn(): Promise<void> {
    const headers = { authorization: basic(this.email, this.#password) };
    const { status, bytes } = await this.#ask('/login', { method: 'POST', headers });
    if (status !== 200) throw new Error(`login: ${status}`);
    const { access_token } = JSON.parse(bytes.toString()) as { access_token: string };
    this.#authorization = `Bearer ${access_token}`;
  }

  upload(filename: string, bytes: Buffer): Promise<Answer> {
    return this.#ask(`/upload?${new URLSearchParams({ filename })}`, {
      method: 'POST',
      headers: {
        authorization: this.#authorization,
        'content-type': 'application/octet-stream',
        'idempotency-key': randomUUID(),
      },
      body: bytes,
    });
  }

  get(path: string): Promise<Answer> {
    return this.#ask(path, { headers: { authorization: this.#authorization } });
  }

  /** Repeats a request until its answer is final, or for RETRY_MS. Returns the last answer, or throws the last error. */
  async #ask(path: string, options: RequestOptions): Promise<Answer> {
    const last = await retry(() => this.#attempt(path, options), {
      timeoutMs: RETRY_MS,
      pauseAfter: (attempt, isLate) => {
        const pauseMs = pauseAfter(attempt);
        if (pauseMs === undefined || isLate) return undefined;
        this.#turn++;
        return pauseMs;
      },
    });
    if ('error' in last) throw last.error;
    return last.answer;
  }

  async #attempt(path: string, options: RequestOptions): Promise<Attempt> {
    const { host } = this.#options;
    const gateways = this.#options.gateways();
    const url = `${gateways[this.#turn % gateways.length]}${path}`;
    try {
      const signal = AbortSignal.timeout(ATTEMPT_MS);
      const headers = { ...options.headers, ...(host !== undefined && { host }) };
      const reply = await request(url, {
        method: 'GET',
        ...options,
        headers,
        dispatcher: this.#dispatcher,
        signal,
      });
      const bytes = Buffer.from(await reply.body.arrayBuffer());
      const type = reply.headers['content-type'];
      const ours = isFromGateway(reply.statusCode, type?.toString(), bytes.toString());
      this.#count(`${reply.statusCode}${ours ? '' : ' not ours'}`);
      const retryAfter = Number(reply.headers['retry-after'] ?? Number.NaN);
      return {
        answer: { status: reply.statusCode, bytes },
        isOurs: ours,
        retryAfterSeconds: Number.isNaN(retryAfter) ? undefined : retryAfter,
      };
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException;
      this.#count(error.code ?? error.name);
      return { error };
    }
  }

  #count(result: string): void {
    const { counts } = this.#options;
    counts.set(result, (counts.get(result) ?? 0) + 1);
  }
}

/**
 * The pause before the next attempt in ms, or undefined if the answer is final. An ingress controller without a ready pod
 * answers 404 itself, so an answer that is not the gateway's says nothing about what was asked for.
 */
function pauseAfter(attempt: Attempt): number | undefined {
  if ('error' in attempt) return MIN_PAUSE_MS;
  const { answer, retryAfterSeconds } = attempt;
  const isRetryable =
    !attempt.isOurs ||
    [502, 503, 504].includes(answer.status) ||
    (answer.status === 409 && retryAfterSeconds !== undefined);
  if (!isRetryable) return undefined;
  return Math.min(Math.max((retryAfterSeconds ?? 0) * 1000, MIN_PAUSE_MS), MAX_PAUSE_MS);
}

/** Creates a user, registers it and logs it in. */
export async function newUser(options: UserOptions): Promise<User> {
  const user = new User(options);
  await user.register();
  await user.logIn();
  return user;
}
