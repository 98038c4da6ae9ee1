import { Agent, type Dispatcher, Pool } from 'undici';
import { startDeadline } from '../runtime/deadline.ts';
import { unavailable } from '../runtime/errors.ts';
import type { StateStore } from '../state/state-store.ts';
import { createDaprState } from './dapr-state-store.ts';
import { createGrpcClient } from './grpc-client.ts';
import { type InvokeReply, type InvokeRequest, invoke } from './invoke.ts';
import { type MailMetadata, sendMail } from './mail-binding.ts';
import { readMetadata, type SidecarMetadata } from './metadata.ts';
import { COMPONENTS, PATHS, sidecarHeaders } from './names.ts';
import { createPublish } from './publish.ts';
import { useRawBytes } from './use-raw-bytes.ts';

export type { InvokeReply, InvokeRequest } from './invoke.ts';
export { UnknownOutcome } from './mail-binding.ts';
export type { SidecarMetadata } from './metadata.ts';
export { RawBytesRefused } from './use-raw-bytes.ts';

/**
 * Each kind of call has its own connections, so that many slow calls of one kind (such as
 * logins, which need no account) do not take the connections of the others.
 */
const CONNECTIONS = { state: 64, invoke: 112, publish: 64, checks: 4 } as const;
const CHECK_TIMEOUT_MS = 2_000;
/**
 * sqlite has one writer at a time. The others look for their turn again and again, with pauses of up to 100 ms and in no
 * order, so that with many of them some wait for seconds (docs/dapr-notes.md). Two keep the writer busy.
 */
const WRITES_AT_A_TIME: Readonly<Record<string, number>> = { 'state.sqlite': 2 };

/** Everything that a service can do outside of its process. It goes through the Dapr sidecar beside the service. */
export interface Sidecar {
  state: StateStore;
  /**
   * Tries whether the store gives every byte back, and from then on `state.putBytes` saves bytes as they are, which is faster.
   * Throws `RawBytesRefused` where that cannot be, and `unavailable` where it is not known.
   */
  useRawBytes(signal: AbortSignal): Promise<void>;
  /**
   * Lets only a few writes of this process go at a time where the store has one writer, since more of them would only keep each
   * other waiting. Throws `unavailable`.
   */
  limitWrites(signal: AbortSignal): Promise<void>;
  /** Resolves when the broker got the event, which does not promise that the broker keeps it. */
  publish(topic: string, event: object): Promise<void>;
  /**
   * Sends a mail through the output binding. It may wait for the mail server without end, because only the binding bounds
   * the time. Throws `unavailable` when the mail was certainly not accepted, and `UnknownOutcome` when a reply of the mail
   * server or of the sidecar was lost.
   */
  sendMail(html: string, metadata: MailMetadata): Promise<void>;
  /** The type of the component behind `sendMail`, such as `bindings.smtp`. Undefined where there is no such component. */
  mailBinding(signal?: AbortSignal): Promise<string | undefined>;
  /** The version of the sidecar, and the components that this app may use. Throws `unavailable`. */
  metadata(signal?: AbortSignal): Promise<SidecarMetadata>;
  invoke(appId: string, request: InvokeRequest): Promise<InvokeReply>;
  /** Throws unless the sidecar and its components answer. It says nothing about the app itself. */
  check(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * `port` is the HTTP port of the sidecar, and `grpcPort` that of its gRPC API, which `useRawBytes` needs. Connections are opened
 * with the first calls.
 */
export function connectSidecar(options: {
  host: string;
  port: number;
  grpcPort?: number | undefined;
  apiToken?: string | undefined;
}): Sidecar {
  const origin = `http://${options.host}:${options.port}`;
  const headers = sidecarHeaders(options.apiToken);
  const poolOf = (connections: number) =>
    new Pool(origin, { connections, bodyTimeout: 30_000, headersTimeout: 30_000 });
  const pools = {
    state: poolOf(CONNECTIONS.state),
    invoke: poolOf(CONNECTIONS.invoke),
    publish: poolOf(CONNECTIONS.publish),
    checks: poolOf(CONNECTIONS.checks),
  };
  // Mails have their own agent, because a silent mail server would take the connections of other calls. No connection is
  // used twice, because one that was closed in between could not be distinguished from one that was lost with the mail.
  const mail = new Agent({ headersTimeout: 0, bodyTimeout: 0, connectTimeout: 5_000, pipelining: 0 });
  const grpc =
    options.grpcPort === undefined
      ? undefined
      : createGrpcClient(`http://${options.host}:${options.grpcPort}`, headers);
  const state = createDaprState(pools.state, headers, grpc);
  const metadata = (signal?: AbortSignal) => readMetadata({ http: pools.checks, origin, headers }, signal);

  return {
    state,
    useRawBytes: (signal) => useRawBytes(state, signal),
    async limitWrites(signal) {
      const { components } = await metadata(signal);
      const limit = WRITES_AT_A_TIME[components.find(({ name }) => name === COMPONENTS.state)?.type ?? ''];
      if (limit !== undefined) state.limitWrites(limit);
    },
    publish: createPublish(pools.publish, headers),
    sendMail: (html, metadata) => sendMail({ http: mail, origin, headers }, html, metadata),
    mailBinding: async (signal) =>
      (await metadata(signal)).components.find(({ name }) => name === COMPONENTS.mail)?.type,
    metadata,
    invoke: (appId, request) => invoke(pools.invoke, headers, appId, request),
    check: (signal) => checkOutbound(pools.checks, headers, signal),
    async close() {
      const closing = Object.values(pools).map((pool) => pool.close());
      await Promise.all([...closing, grpc?.close(), mail.destroy()]);
    },
  };
}

async function checkOutbound(
  http: Dispatcher,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  using deadline = startDeadline(CHECK_TIMEOUT_MS, signal);
  const reply = await http.request({
    method: 'GET',
    path: PATHS.outboundHealth,
    headers,
    signal: deadline.signal,
  });
  await reply.body.dump();
  if (reply.statusCode >= 300) throw unavailable('the Dapr sidecar');
}
