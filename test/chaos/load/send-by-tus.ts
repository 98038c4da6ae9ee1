import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Reply, toReply } from './reply.ts';
import { ANSWER_MS, paced, type SendOptions, writeAll } from './send-video.ts';

/** A request that has no body, or a small one. */
const CALL_MS = 15_000;
/** The client's answer to these is to ask for the offset again. */
const CHANGED = [409, 423, 460];
const GONE = [404, 410];

type Send = (options: SendOptions) => Promise<Reply>;

/**
 * Returns a function that makes one attempt to upload by tus: it asks for the offset and sends what is missing. Each attempt may go
 * to another gateway. The last reply looks like that of `POST /upload`.
 */
export function createTusSender(): Send {
  let path: string | undefined;
  return async (options) => {
    if (path === undefined) {
      const created = await create(options);
      if (created.status !== 201) return created;
      path = created.location;
    }
    const found = await call(options, 'HEAD', path as string);
    if (GONE.includes(found.status ?? 0)) path = undefined;
    if (found.status !== 200) return again(found);
    const reply = await sendRest(options, path as string, Number(found.header('upload-offset')));
    if (GONE.includes(reply.status ?? 0)) path = undefined;
    return reply.status === 204 ? jobOf(options, path as string) : again(reply);
  };
}

/** Marks a reply as one after which the same upload may go on. */
const again = (reply: Reply): Reply =>
  [...CHANGED, ...GONE].includes(reply.status ?? 0)
    ? { ...reply, retryAfterSeconds: 0.5, status: 409 }
    : reply;

async function create(options: SendOptions): Promise<Reply & { location?: string | undefined }> {
  const { filename, bytes, plan } = options;
  const entries = Object.entries({ filename, ...plan.query });
  const metadata = entries.map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`);
  const reply = await call(options, 'POST', '/uploads', {
    'upload-length': String(bytes.length),
    'upload-metadata': metadata.join(','),
  });
  return { ...reply, location: reply.header('location') };
}

async function sendRest(options: SendOptions, path: string, offset: number): Promise<Reply> {
  const { bytes, plan } = options;
  const rest = bytes.subarray(offset);
  if (rest.length === 0) return { status: 204 };
  const { hangsUpAt } = plan;
  const hangsUpAfter =
    hangsUpAt === undefined ? undefined : (hangsUpAt * bytes.length - offset) / rest.length;
  const headers = {
    'content-type': 'application/offset+octet-stream',
    'content-length': String(rest.length),
    'upload-offset': String(offset),
  };
  return exchange(options, { method: 'PATCH', path, headers, ms: plan.sendMs * 3 + ANSWER_MS }, (outgoing) =>
    writeAll(paced(rest, { ...plan, hangsUpAt: hangsUpAfter && Math.max(0.01, hangsUpAfter) }), outgoing),
  );
}

/** Returns the reply that `POST /upload` would have given. */
async function jobOf(options: SendOptions, path: string): Promise<Reply> {
  const reply = await call(options, 'GET', path);
  const job = reply.json?.job as { id: string } | null | undefined;
  if (reply.status !== 200) return again(reply);
  return job ? { status: 202, json: job } : { status: 503, error: 'the upload has no job yet' };
}

type Answer = Reply & { header(name: string): string | undefined };

const call = (options: SendOptions, method: string, path: string, headers: Record<string, string> = {}) =>
  exchange(options, { method, path, headers, ms: CALL_MS }, async (outgoing) => void outgoing.end());

interface Exchange {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** Milliseconds after which the request is given up. */
  ms: number;
}

/** Throws only if `signal` is aborted. */
async function exchange(
  { url, headers: common, signal }: SendOptions,
  { method, path, headers, ms }: Exchange,
  write: (outgoing: ClientRequest) => Promise<void>,
): Promise<Answer> {
  const lateSignal = AbortSignal.timeout(ms);
  const outgoing = request(url + path, {
    method,
    headers: { ...common, 'tus-resumable': '1.0.0', ...headers },
    agent: false,
    signal: AbortSignal.any([signal, lateSignal]),
  });
  const responded = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  const sent = write(outgoing).catch((error: Error) => void outgoing.destroy(error));
  try {
    const [incoming] = await responded;
    const header = (name: string): string | undefined => incoming.headers[name]?.toString();
    const body = await text(incoming);
    const reply = toReply(incoming.statusCode as number, header, method === 'HEAD' ? undefined : body);
    return { ...reply, header };
  } catch (error) {
    signal.throwIfAborted();
    return { status: undefined, error: (error as Error).message, header: () => undefined };
  } finally {
    outgoing.destroy();
    await sent;
  }
}
