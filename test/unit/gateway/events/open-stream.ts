import { createServer, type IncomingMessage, request } from 'node:http';
import { duplexPair } from 'node:stream';
import { eventually } from '../../../support/event-loop.ts';
import type { Gateway } from '../test-gateway.ts';

export interface StreamEvent {
  event: string | undefined;
  id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the test knows what it expects
  data: any;
}

/** Reads what has arrived of an event stream. Comments and `retry` are left out. */
export const eventsIn = (text: string): StreamEvent[] =>
  text
    .split('\n\n')
    .map((block) => (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1])
    .filter((field) => field('data') !== undefined)
    .map((field) => ({ event: field('event'), id: field('id'), data: JSON.parse(field('data') ?? '') }));

export interface OpenStream {
  status: number;
  response: IncomingMessage;
  text(): string;
  events(): StreamEvent[];
  /** Closes the connection as a client does that goes away. */
  close(): void;
  ended: Promise<unknown>;
}

/** Opens an event stream in this process, and collects what arrives. */
export async function openStream(
  { app }: Pick<Gateway, 'app'>,
  path: string,
  headers: Record<string, string>,
): Promise<OpenStream> {
  const [client, connection] = duplexPair();
  const server = createServer(app.callback());
  server.emit('connection', connection);
  const outgoing = request({
    ...{ path, headers: { connection: 'close', ...headers } },
    createConnection: () => client as never,
  });
  outgoing.on('error', () => undefined).end();
  let response: IncomingMessage | undefined;
  outgoing.on('response', (incoming) => {
    response = incoming;
  });
  await eventually(() => response !== undefined);
  const incoming = response as unknown as IncomingMessage;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let text = '';
  incoming
    .setEncoding('utf8')
    .on('data', (part: string) => {
      text += part;
    })
    .on('error', () => undefined)
    .on('close', resolve);
  return {
    status: incoming.statusCode ?? 0,
    response: incoming,
    text: () => text,
    events: () => eventsIn(text),
    close: () => {
      outgoing.destroy();
      client.destroy();
      connection.destroy();
    },
    ended,
  };
}
