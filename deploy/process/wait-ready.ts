import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child.ts';
import { lastLines } from './log-file.ts';

/** Asks until the answer is yes. Fails when the process ends, when the time is over (ms) or when the signal says so. */
export async function untilReady(
  child: Pick<Child, 'name' | 'logFile' | 'running'>,
  isReady: (signal: AbortSignal) => Promise<boolean>,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  const end = performance.now() + options.timeoutMs;
  for (;;) {
    options.signal.throwIfAborted();
    const attempt = AbortSignal.any([options.signal, AbortSignal.timeout(3_000)]);
    if (await isReady(attempt).catch(() => false)) return;
    const why = !child.running()
      ? 'ended while starting'
      : performance.now() > end
        ? `was not ready after ${options.timeoutMs / 1000} s`
        : undefined;
    if (why !== undefined)
      throw new Error(`${child.name} ${why}. The end of ${child.logFile}:\n${lastLines(child.logFile)}`);
    await sleep(100, undefined, { signal: options.signal });
  }
}

/** What a server says first, or after the given greeting, until that is enough. */
export function firstBytes(
  port: number,
  greeting: Uint8Array | undefined,
  signal: AbortSignal,
  isEnough: (said: Buffer) => boolean = () => true,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const done = (error: Error | undefined, bytes?: Buffer): void => {
      signal.removeEventListener('abort', aborted);
      socket.destroy();
      if (bytes === undefined) reject(error ?? new Error('closed without a word'));
      else resolve(bytes);
    };
    const aborted = (): void => done(new Error('no answer in time'));
    signal.addEventListener('abort', aborted, { once: true });
    let said = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      said = Buffer.concat([said, bytes]);
      if (isEnough(said)) done(undefined, said);
    });
    socket.once('error', done);
    socket.once('close', () => done(undefined));
    if (greeting !== undefined) socket.write(greeting);
  });
}

/** A mail server's first line (RFC 5321 4.3.1). */
export async function greetsAsSmtp(port: number, signal: AbortSignal): Promise<boolean> {
  return (await firstBytes(port, undefined, signal)).toString().startsWith('220');
}

export async function answersHttp(
  url: string,
  signal: AbortSignal,
  headers: Record<string, string> = {},
): Promise<boolean> {
  const response = await fetch(url, { signal, headers });
  await response.body?.cancel();
  return response.ok;
}
