import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { Socket } from 'node:net';
import { startDeadline } from '../runtime/deadline.ts';

/** A sidecar on another machine that has gone without a word is noticed by TCP after this time. */
const TCP_KEEP_ALIVE_MS = 10_000;
/** Node refuses calls beyond this. Its default of 10 is less than the frames that services send at a time, which they bound. */
const SESSION_MEGABYTES = 1024;
/** Bytes before a message: a flag that says «not compressed», and the length of the message as 32 bits. */
export const FRAME_HEAD_BYTES = 5;

export interface GrpcCall {
  /** `/<package>.<service>/<method>` */
  path: string;
  /** One message behind its {@link FRAME_HEAD_BYTES}. */
  frame: Buffer;
  /** Milliseconds until the answer. The server is told as well. */
  timeoutMs: number;
  /** Ends the call with the reason of the signal, and tells the server. */
  signal?: AbortSignal | undefined;
}

/** Calls with one message each. The answers are not read, because ours are always empty. */
export interface GrpcClient {
  /**
   * Resolves with whether the memory of the frame may be used again. Rejects where the server reports a failure, does not
   * answer, or is not there. The memory of a frame whose call has failed may still be on its way.
   */
  call(call: GrpcCall): Promise<boolean>;
  /** Waits for the calls under way. */
  close(): Promise<void>;
}

/**
 * A client of gRPC without encryption, over one connection, which it opens with the first call, and again when it was lost.
 * It is not @grpc/grpc-js, which copies each message to new memory: a MiB then costs four times as much CPU
 * (docs/decisions/raw-chunks.md).
 * @param origin such as `http://127.0.0.1:50001`
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export function createGrpcClient(origin: string, headers: Record<string, string>): GrpcClient {
  let current: ClientHttp2Session | undefined;

  function open(): ClientHttp2Session {
    // A server that is about to stop, or finds us idle, says GOAWAY, and then the session is closed.
    if (current && !current.closed && !current.destroyed) return current;
    current = connect(origin, { maxSessionMemory: SESSION_MEGABYTES });
    current.once('connect', (_session, socket) => (socket as Socket).setKeepAlive(true, TCP_KEEP_ALIVE_MS));
    current.on('error', () => undefined); // Every call on the connection reports it.
    return current;
  }

  return {
    async call({ path, frame, timeoutMs, signal }) {
      const session = open();
      using deadline = startDeadline(timeoutMs, signal);
      const stream = session.request(
        {
          [constants.HTTP2_HEADER_METHOD]: 'POST',
          [constants.HTTP2_HEADER_PATH]: path,
          [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
          [constants.HTTP2_HEADER_TE]: 'trailers',
          'grpc-timeout': `${timeoutMs}m`,
          ...headers,
        },
        { signal: deadline.signal },
      );
      try {
        await answered(stream, frame);
      } catch (error) {
        // The connection may be half open. The next call opens another one.
        if (deadline.isOver && current === session) current = undefined;
        if (deadline.isOver) session.close();
        throw error;
      }
      return stream.writableFinished;
    },
    async close() {
      const session = current;
      current = undefined;
      if (!session || session.destroyed) return;
      const closed = once(session, 'close');
      session.close();
      await closed;
    },
  };
}

/** Sends the frame, and resolves where the server reports success. */
function answered(stream: ClientHttp2Stream, frame: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let failure: string | undefined = 'the connection ended without an answer';
  // The status is in the trailers, or in the headers where there is no message.
  const readStatus = (fields: NodeJS.Dict<string | string[] | number>) => {
    const status = fields['grpc-status'];
    if (status !== undefined) failure = status === '0' ? undefined : describe(status, fields['grpc-message']);
    else if (fields[':status'] !== undefined && fields[':status'] !== 200)
      failure = `HTTP ${fields[':status']}`;
  };
  stream.on('response', readStatus).on('trailers', readStatus);
  stream.on('error', reject);
  stream.on('close', () => (failure === undefined ? resolve() : reject(new Error(failure))));
  stream.resume();
  stream.end(frame);
  return promise;
}

/** The message is percent-encoded. */
function describe(status: unknown, message: unknown): string {
  const text = String(message ?? '').replace(/%[0-9a-f]{2}/gi, (code) =>
    String.fromCharCode(Number(`0x${code.slice(1)}`)),
  );
  return `gRPC status ${status}: ${text.slice(0, 500)}`;
}
