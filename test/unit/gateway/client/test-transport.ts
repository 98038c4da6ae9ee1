import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { duplexPair } from 'node:stream';
import type { TestContext } from 'node:test';
import { Agent } from 'undici';
import { fetchOver } from '../../../../services/gateway/cli/connect.ts';
import { createTransport, type Transport } from '../../../../services/gateway/client/http/transport.ts';
import type { Session } from '../../../../services/gateway/client/session/session.ts';

export const URL_OF_GATEWAY = 'http://gateway.test';

/** A transport to a server in this process. It sends HTTP over pairs of streams, so no port is bound. */
export function transportTo(context: Pick<TestContext, 'after'>, listener: RequestListener): Transport {
  const server = createServer(listener);
  const dispatcher = new Agent({
    connect: (_options, callback) => {
      const [client, connection] = duplexPair();
      server.emit('connection', connection);
      // If this comes too soon, undici does not send what was requested while it was still connecting.
      process.nextTick(callback, null, client as never);
    },
  });
  context.after(() => dispatcher.destroy());
  return createTransport(URL_OF_GATEWAY, fetchOver(dispatcher));
}

/** A session that sends its requests without a token. */
export const sessionWithoutLogin = (context: TestContext, listener: RequestListener): Session => ({
  url: URL_OF_GATEWAY,
  send: transportTo(context, listener).send,
  signIn: async () => undefined,
  logOut: async () => undefined,
});

/** Answers with problem details, as the gateway does. */
export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/problem+json; charset=utf-8', ...headers });
  response.end(JSON.stringify({ code, detail: 'so it is' }));
}

export async function* chunksOf(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
