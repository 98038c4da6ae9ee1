import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher, request } from 'undici';
import { isFromGateway } from '../../services/gateway/client/problem-details.ts';
import { basic } from '../support/basic-auth.ts';

/** For one answer, on a machine whose processors are busy with something else. */
const TRY_MS = 60_000;
/** For a server that is restarted, and takes half a minute or more to become ready. */
const PATIENCE_MS = 5 * 60_000;
const CONNECT_MS = 10_000;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;

/** How each try ended: a status, `404 not ours` for an answer that the gateway did not give, or the code of an error; and how often. */
export type Tally = Map<string, number>;

export interface Answer {
  status: number;
  bytes: Buffer;
}

/**
 * A client as there are many: it knows the addresses of all gateways, and goes on to the next one when it is told to come
 * again, finds nobody (a refused connection), or is answered by something else than a gateway. It repeats an upload under
 * the same key.
 */
export interface User {
  readonly email: string;
  /** Asks for a new token. Throws when there is none. */
  logIn(): Promise<void>;
  upload(filename: string, bytes: Buffer): Promise<Answer>;
  get(path: string): Promise<Answer>;
}

type AskOptions = Pick<Dispatcher.RequestOptions, 'body'> & {
  method?: 'POST';
  headers?: Record<string, string>;
};

export interface UserOptions {
  /** Those that there are at the moment; read before each try. */
  gateways: () => readonly string[];
  /** The name by which an ingress controller knows the gateway. */
  host?: string;
  tally: Tally;
  /** What sends the requests, if it is not this user's own connections. */
  dispatcher?: Dispatcher;
}

/** What a client has to reckon with when an instance goes: nobody there, or told to come again (a 409: an earlier try still runs). */
const EXPECTED = /^(2\d\d|503|409|ECONNREFUSED|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;
export const broken = (tally: Tally): string[] =>
  [...tally].flatMap(([how, count]) => (EXPECTED.test(how) ? [] : [`${how} ${count} times`]));
export const describe = (tally: Tally): string =>
  [...tally].map(([how, count]) => `${how} ${count} times`).join(', ');

export async function newUser({ gateways, host, tally, ...options }: UserOptions): Promise<User> {
  const email = `user-${randomUUID()}@example.com`;
  const password = randomUUID();
  const dispatcher = options.dispatcher ?? new Agent({ connect: { timeout: CONNECT_MS } });
  let turn = Math.floor(Math.random() * 100);

  const count = (how: string): void => void tally.set(how, (tally.get(how) ?? 0) + 1);

  /** Repeats a request until its answer is final, or for PATIENCE_MS. Returns the last answer, or throws the last error. */
  async function ask(path: string, options: AskOptions): Promise<Answer> {
    for (const end = performance.now() + PATIENCE_MS; ; turn++) {
      const known = gateways();
      const url = `${known[turn % known.length]}${path}`;
      try {
        const signal = AbortSignal.timeout(TRY_MS);
        const headers = { ...options.headers, ...(host !== undefined && { host }) };
        const reply = await request(url, { method: 'GET', ...options, headers, dispatcher, signal });
        const bytes = Buffer.from(await reply.body.arrayBuffer());
        const type = reply.headers['content-type'];
        // An ingress controller without a ready pod answers 404 by itself: that tells nothing about what was asked for.
        const ours = isFromGateway(reply.statusCode, type?.toString(), bytes.toString());
        count(`${reply.statusCode}${ours ? '' : ' not ours'}`);
        const seconds = Number(reply.headers['retry-after'] ?? Number.NaN);
        const comesAgain =
          !ours || [502, 503, 504].includes(reply.statusCode) || (reply.statusCode === 409 && seconds >= 0);
        if (!comesAgain || performance.now() > end) return { status: reply.statusCode, bytes };
        await sleep(Math.min(Math.max((seconds || 0) * 1000, MIN_PAUSE_MS), MAX_PAUSE_MS));
      } catch (error) {
        count((error as NodeJS.ErrnoException).code ?? (error as Error).name);
        if (performance.now() > end) throw error;
        await sleep(MIN_PAUSE_MS);
      }
    }
  }

  const registered = await ask('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (registered.status !== 201) throw new Error(`register: ${registered.status} ${registered.bytes}`);
  let authorization = '';
  const logIn = async (): Promise<void> => {
    const login = await ask('/login', { method: 'POST', headers: { authorization: basic(email, password) } });
    if (login.status !== 200) throw new Error(`login: ${login.status}`);
    authorization = `Bearer ${(JSON.parse(login.bytes.toString()) as { access_token: string }).access_token}`;
  };
  await logIn();

  return {
    email,
    logIn,
    upload: (filename, bytes) =>
      ask(`/upload?${new URLSearchParams({ filename })}`, {
        method: 'POST',
        headers: {
          authorization,
          'content-type': 'application/octet-stream',
          'idempotency-key': randomUUID(),
        },
        body: bytes,
      }),
    get: (path) => ask(path, { headers: { authorization } }),
  };
}
