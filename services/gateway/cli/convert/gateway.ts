import { type Dispatcher, errors, request } from 'undici';
import type { z } from 'zod';
import { parseJson } from '../../../../deploy/process/parse-json.ts';
import { BrokenOff, Failure, NotOurs, Problem, Unreachable } from './failure.ts';
import { printable } from './format.ts';
import { readProblem } from './our-answer.ts';
import { parseRetryAfter } from './retry.ts';

export interface Call {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Called again for each attempt. */
  body?: () => string | AsyncIterable<Uint8Array>;
  /** Milliseconds without a byte after which the request fails. */
  silence?: number;
  signal: AbortSignal;
}

export interface Gateway {
  readonly url: string;
  /** Resolves with a 2xx response whose body is still unread. @throws Problem, Unreachable, BrokenOff, NotOurs */
  send(call: Call): Promise<Dispatcher.ResponseData>;
}

const SILENCE_MS = 120_000;
const MAX_PROBLEM_BYTES = 64 * 1024;
const LOST = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'];
const NOT_THERE = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'];

export function createGateway(url: string, dispatcher: Dispatcher): Gateway {
  const base = new URL(url);
  const prefix = base.pathname.replace(/\/$/, '');

  return {
    url,
    async send({ method, path, query = {}, headers = {}, body, silence = SILENCE_MS, signal }) {
      signal.throwIfAborted();
      const target = new URL(`${base.origin}${prefix}${path}`);
      target.search = new URLSearchParams(query).toString();
      try {
        const reply = await request(target, {
          method,
          headers: { accept: '*/*', 'user-agent': 'mp3converter', ...headers },
          body: (body?.() ?? null) as never, // undici takes any async iterable; its types say only Readable
          headersTimeout: silence,
          bodyTimeout: silence,
          signal,
          dispatcher,
        });
        if (reply.statusCode >= 200 && reply.statusCode < 300) return reply;
        throw await problemOf(reply, url);
      } catch (error) {
        throw signal.aborted ? signal.reason : connectionFailure(error, url);
      }
    },
  };
}

async function problemOf(reply: Dispatcher.ResponseData, url: string): Promise<Failure> {
  const { statusCode: status, headers } = reply;
  const location = headers.location;
  if (status >= 300 && status < 400 && typeof location === 'string') {
    await reply.body.dump({ limit: MAX_PROBLEM_BYTES });
    return new Failure(`${url} redirects to ${printable(location)}: give that address as --url.`);
  }
  const retryAfter = parseRetryAfter(first(headers['retry-after']));
  const body = await beginning(reply.body);
  const problem = status < 400 ? undefined : readProblem(first(headers['content-type']), body);
  if (!problem) {
    // Retrying cannot help: the file stays too large.
    if (status === 413)
      return new Failure(`A proxy in front of ${url} refuses a file of this size (HTTP 413).`);
    const reason = `${url} answered HTTP ${status}, but not as the gateway would. Is --url right?`;
    return new NotOurs(reason, retryAfter);
  }
  return new Problem(printable(problem.detail), { status, code: problem.code, retryAfter });
}

const first = (header: string | string[] | undefined) => [header].flat()[0];

async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size > MAX_PROBLEM_BYTES) break;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Turns an error of the connection, before or during the reply, into a Failure. Returns other errors unchanged. */
export function connectionFailure(error: unknown, url: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (NOT_THERE.includes(code) || error instanceof errors.ConnectTimeoutError) {
    return new Unreachable(`Nothing answers at ${url} (${code}). Is it running? Start it with: npm start`, {
      cause: error,
    });
  }
  if (LOST.includes(code)) {
    return new BrokenOff(`The connection to ${url} broke off (${code}).`, { cause: error });
  }
  return error;
}

/** Reads and checks the JSON body of a success. @throws Failure where it does not match the schema */
export async function readJson<T>(
  reply: Dispatcher.ResponseData,
  schema: z.ZodType<T>,
  url: string,
): Promise<T> {
  const result = schema.safeParse(parseJson(await reply.body.text()));
  if (result.success) return result.data;
  throw new Failure(`${url} does not answer as this program expects. Is --url right, and of this version?`, {
    cause: result.error,
  });
}
