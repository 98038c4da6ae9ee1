import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFromGateway } from '../../../services/gateway/client/problem-details.ts';
import type { UploadPlan } from './upload-plan.ts';

const PIECE_BYTES = 64 * 1024;
/** For the answer, after the last byte. */
const ANSWER_MS = 20_000;

export interface Reply {
  /** Undefined: the connection failed, or no answer came in time. */
  status: number | undefined;
  /** The answer is not one of a gateway, but of something in front of it. */
  isForeign?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: read by who knows what was asked
  json?: any;
  retryAfterSeconds?: number | undefined;
  /** From the last byte to the answer. */
  waitedMs?: number;
  error?: string;
  /** An earlier try got no answer, or one that leaves open whether it took effect. */
  doubt?: boolean;
}

export interface Sending {
  url: string;
  headers: Record<string, string>;
  filename: string;
  bytes: Buffer;
  plan: Pick<UploadPlan, 'form' | 'sendMs' | 'hangsUpAt' | 'query'>;
  signal: AbortSignal;
}

/** What a response says, read to its end. Throws where JSON was announced and something else came. */
export function toReply(status: number, header: (name: string) => string | undefined, said: string): Reply {
  const type = header('content-type');
  const retryAfter = Number(header('retry-after') ?? Number.NaN);
  return {
    status,
    isForeign: !isFromGateway(status, type, said),
    json: /json/.test(type ?? '') ? JSON.parse(said) : undefined,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  };
}

/** One try to upload, at the pace of the plan. Resolves whatever becomes of it, unless `signal` is aborted. */
export async function sendVideo({ url, headers, filename, bytes, plan, signal }: Sending): Promise<Reply> {
  const { body, type, query } = plan.form ? inForm(bytes, filename) : asBody(bytes, filename);
  const late = new AbortController();
  const giveUpIn = (ms: number) => setTimeout(() => late.abort(new Error('no answer in time')), ms);
  let timer = giveUpIn(plan.sendMs * 3 + ANSWER_MS);
  const outgoing = request(`${url}/upload?${new URLSearchParams({ ...plan.query, ...query })}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': type, 'content-length': body.length },
    agent: false,
    signal: AbortSignal.any([signal, late.signal]),
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  let sentAt: number | undefined;
  // An answer may come before the last byte, and then what is written after it fails.
  const sent = writeAll(paced(body, plan), outgoing).then(
    () => {
      sentAt = performance.now();
      clearTimeout(timer);
      timer = giveUpIn(ANSWER_MS);
    },
    (error: Error) => void outgoing.destroy(error),
  );
  try {
    const [incoming] = await answered;
    const waitedMs = sentAt === undefined ? 0 : performance.now() - sentAt;
    const header = (name: string): string | undefined => incoming.headers[name]?.toString();
    return { ...toReply(incoming.statusCode as number, header, await text(incoming)), waitedMs };
  } catch (error) {
    signal.throwIfAborted();
    return { status: undefined, error: (error as Error).message };
  } finally {
    clearTimeout(timer);
    outgoing.destroy();
    await sent;
  }
}

/** Resolves when the system has taken the last byte. Not pipeline(), which destroys a request that it has written. */
async function writeAll(pieces: AsyncIterable<Buffer>, outgoing: ClientRequest): Promise<void> {
  const closed = new AbortController();
  outgoing.once('close', () => closed.abort());
  for await (const piece of pieces) {
    if (!outgoing.write(piece)) await once(outgoing, 'drain', { signal: closed.signal });
  }
  outgoing.end();
  if (!outgoing.writableFinished) await once(outgoing, 'finish', { signal: closed.signal });
}

async function* paced(body: Buffer, { sendMs, hangsUpAt }: Sending['plan']): AsyncGenerator<Buffer> {
  const pieces = Math.ceil(body.length / PIECE_BYTES);
  const size = sendMs === 0 || pieces > 20 ? PIECE_BYTES : Math.ceil(body.length / 20);
  const pauseMs = sendMs / Math.ceil(body.length / size);
  const end = hangsUpAt === undefined ? Number.POSITIVE_INFINITY : body.length * hangsUpAt;
  for (let at = 0; at < body.length; at += size) {
    if (at + size > end) throw new Error('the client went away');
    if (sendMs > 0) await sleep(pauseMs);
    yield body.subarray(at, at + size);
  }
}

const asBody = (bytes: Buffer, filename: string) => ({
  body: bytes,
  type: 'application/octet-stream',
  query: { filename },
});

/** RFC 7578. */
function inForm(bytes: Buffer, filename: string) {
  const boundary = '----mp3converter-chaos';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, type: `multipart/form-data; boundary=${boundary}`, query: {} };
}
