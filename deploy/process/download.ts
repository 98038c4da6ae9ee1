import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Report } from './run.ts';

/** A download ends when this many ms pass without a byte. */
const SILENCE_MS = 20_000;
const DOWNLOAD_MS = 30 * 60_000;
const REPORT_MS = 2_000;
const MAX_REDIRECTS = 5;

export interface DownloadOptions {
  /** A server that sends without end must not fill the disk. */
  maxBytes: number;
  signal: AbortSignal;
  /** Default: 20 s. */
  silenceMs?: number | undefined;
}

/** Whether a download from there cannot be changed on its way: it is encrypted, or does not leave this machine. */
export const isProtected = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));

/** Downloads a text. @throws where it cannot be had, or is longer than `maxBytes` */
export async function downloadText(url: string, options: DownloadOptions): Promise<string> {
  const chunks: Buffer[] = [];
  await receive(url, options, async (source, signal) => {
    await pipeline(
      source,
      async (stream) => {
        for await (const chunk of stream) chunks.push(chunk as Buffer);
      },
      { signal },
    );
  });
  return Buffer.concat(chunks).toString();
}

/**
 * Downloads a file, and reports every two seconds how far it is. Returns its SHA-256 in hex.
 * @throws where it cannot be had, or is longer than `maxBytes`
 */
export async function downloadFile(
  url: string,
  file: string,
  { what, report, ...options }: DownloadOptions & { what: string; report: Report },
): Promise<string> {
  const hash = createHash('sha256');
  await receive(url, options, async (source, signal, total) => {
    const describe = createProgress(total);
    const watch = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        const progress = describe(chunk.length);
        if (progress !== undefined)
          report(`Downloading ${what} … ${progress}`, { what: `Downloading ${what}`, detail: progress });
        done(undefined, chunk);
      },
    });
    await pipeline(source, watch, createWriteStream(file, { mode: 0o600 }), { signal });
  });
  return hash.digest('hex');
}

/** Requests a file, and has its bytes consumed. @param consume gets the size in bytes where the server tells it */
async function receive(
  url: string,
  { maxBytes, signal, silenceMs = SILENCE_MS }: DownloadOptions,
  consume: (source: Readable, signal: AbortSignal, total: number | undefined) => Promise<void>,
): Promise<void> {
  const silent = new AbortController();
  const timer = setTimeout(
    () => silent.abort(new Error(`Nothing came for ${silenceMs / 1000} s.`)),
    silenceMs,
  );
  const eitherSignal = AbortSignal.any([signal, silent.signal, AbortSignal.timeout(DOWNLOAD_MS)]);
  let count = 0;
  const bound = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      count += chunk.length;
      done(count > maxBytes ? new Error(`${url} is larger than ${maxBytes / 1e6} MB.`) : undefined, chunk);
    },
  });
  try {
    const { body, headers } = await request(url, eitherSignal);
    const total = Number(headers.get('content-length')) || undefined;
    await Promise.all([
      pipeline(Readable.fromWeb(body), bound, { signal: eitherSignal }),
      consume(bound, eitherSignal, total),
    ]);
  } catch (error) {
    // An aborted stream reports only the abort, so the reason of the signal is thrown.
    eitherSignal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Each place to which a request is redirected has to be protected as well. */
async function request(url: string, signal: AbortSignal) {
  let at = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { ok, status, body, headers } = await fetch(at, { signal, redirect: 'manual' });
    if (ok && body) return { body, headers };
    await body?.cancel();
    const location = headers.get('location');
    if (status < 300 || status > 399 || !location) throw new Error(`${url} answers with ${status}.`);
    at = new URL(location, at);
    if (!isProtected(at)) throw new Error(`${url} leads to ${at.origin}.`);
  }
  throw new Error(`${url} is redirected more than ${MAX_REDIRECTS} times.`);
}

/** Returns a function that counts bytes, and every two seconds returns what to say. @param total bytes, where they are known */
function createProgress(total: number | undefined) {
  const startedAt = performance.now();
  let reportedAt = startedAt;
  let count = 0;
  return (bytes: number): string | undefined => {
    count += bytes;
    const now = performance.now();
    if (now - reportedAt < REPORT_MS) return undefined;
    reportedAt = now;
    if (total === undefined) return `${(count / 1e6).toFixed(0)} MB`;
    const secondsLeft = ((now - startedAt) / 1000) * (total / count - 1);
    return `${Math.floor((100 * count) / total)} %, ${secondsLeft.toFixed(0)} s left`;
  };
}
