import { connect } from 'node:net';
import { poll } from '../../services/shared/runtime/poll.ts';
import type { Child } from './child.ts';
import { readLastLines } from './log-file.ts';

/** How long one attempt of `isReady` may take. */
const ATTEMPT_MS = 3_000;

/**
 * Polls until `isReady` returns true; a rejection counts as false.
 * @throws with the end of the log if the process ends or is not ready in time, and with the signal's reason
 */
export async function waitUntilReady(
  child: Pick<Child, 'name' | 'logFile' | 'running'>,
  isReady: (signal: AbortSignal) => Promise<boolean>,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  const fail = (why: string): never => {
    throw new Error(`${child.name} ${why}. The end of ${child.logFile}:\n${readLastLines(child.logFile)}`);
  };
  const attempt = async (): Promise<true | undefined> => {
    const attemptSignal = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
    if (await isReady(attemptSignal).catch(() => false)) return true;
    return child.running() ? undefined : fail('ended while starting');
  };
  const ready = await poll(attempt, { intervalMs: 100, timeoutMs, signal });
  if (ready === undefined) fail(`was not ready after ${timeoutMs / 1000} s`);
}

/** Connects to a port of this machine, sends the greeting, if any, and reads until `isEnough`. Default: any data. */
export function readFirstBytes(
  port: number,
  greeting: Uint8Array | undefined,
  signal: AbortSignal,
  isEnough: (received: Buffer) => boolean = () => true,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const done = (error: Error | undefined, bytes?: Buffer): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      if (bytes === undefined)
        reject(error ?? new Error('The server closed the connection without an answer'));
      else resolve(bytes);
    };
    const onAbort = (): void => done(new Error('The server did not answer in time'));
    signal.addEventListener('abort', onAbort, { once: true });
    let received = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (isEnough(received)) done(undefined, received);
    });
    socket.once('error', done);
    socket.once('close', () => done(undefined));
    if (greeting !== undefined) socket.write(greeting);
  });
}

/** Whether a mail server answers with the greeting of RFC 5321, 4.3.1. */
export async function greetsAsSmtp(port: number, signal: AbortSignal): Promise<boolean> {
  return (await readFirstBytes(port, undefined, signal)).toString().startsWith('220');
}

/** Whether a GET is answered with a 2xx status. Rejects if there is no answer. */
export async function answersHttp(
  url: string,
  signal: AbortSignal,
  headers: Record<string, string> = {},
): Promise<boolean> {
  const response = await fetch(url, { signal, headers });
  await response.body?.cancel();
  return response.ok;
}
