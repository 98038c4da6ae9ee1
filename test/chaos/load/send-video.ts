import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Reply, toReply } from './reply.ts';
import type { UploadPlan } from './upload-plan.ts';

const PIECE_BYTES = 64 * 1024;
/** How long a response may take after the last byte was sent. */
export const ANSWER_MS = 20_000;

export interface SendOptions {
  url: string;
  headers: Record<string, string>;
  filename: string;
  bytes: Buffer;
  plan: Pick<UploadPlan, 'way' | 'sendMs' | 'hangsUpAt' | 'query'>;
  signal: AbortSignal;
}

/**
 * Makes one attempt to upload, at the pace of the plan. A failure resolves, too, with a reply that has no status. Throws only if
 * `signal` is aborted.
 */
export async function sendVideo({
  url,
  headers,
  filename,
  bytes,
  plan,
  signal,
}: SendOptions): Promise<Reply> {
  const { body, type, query } = plan.way === 'form' ? asForm(bytes, filename) : asBody(bytes, filename);
  const late = new AbortController();
  const giveUpIn = (ms: number) => setTimeout(() => late.abort(new Error('no response in time')), ms);
  let timer = giveUpIn(plan.sendMs * 3 + ANSWER_MS);
  const outgoing = request(`${url}/upload?${new URLSearchParams({ ...plan.query, ...query })}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': type, 'content-length': body.length },
    agent: false,
    signal: AbortSignal.any([signal, late.signal]),
  });
  const responded = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  let sentAt: number | undefined;
  // A response may come before the last byte is sent. Writing the rest fails then.
  const sent = writeAll(paced(body, plan), outgoing).then(
    () => {
      sentAt = performance.now();
      clearTimeout(timer);
      timer = giveUpIn(ANSWER_MS);
    },
    (error: Error) => void outgoing.destroy(error),
  );
  try {
    const [incoming] = await responded;
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

/** Resolves when the operating system has taken the last byte. It does not use pipeline(), which destroys the request at its end. */
export async function writeAll(pieces: AsyncIterable<Buffer>, outgoing: ClientRequest): Promise<void> {
  const closed = new AbortController();
  outgoing.once('close', () => closed.abort());
  for await (const piece of pieces) {
    if (!outgoing.write(piece)) await once(outgoing, 'drain', { signal: closed.signal });
  }
  outgoing.end();
  if (!outgoing.writableFinished) await once(outgoing, 'finish', { signal: closed.signal });
}

export async function* paced(
  body: Buffer,
  { sendMs, hangsUpAt }: SendOptions['plan'],
): AsyncGenerator<Buffer> {
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

/** The body of a form with one file. @see RFC 7578 */
function asForm(bytes: Buffer, filename: string) {
  const boundary = '----mp3converter-chaos';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, type: `multipart/form-data; boundary=${boundary}`, query: {} };
}
