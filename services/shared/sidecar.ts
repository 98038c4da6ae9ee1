import { CommunicationProtocolEnum, DaprClient, LogLevel } from '@dapr/dapr';
import { Pool } from 'undici';
import { createDaprState } from './dapr-state.ts';
import { unavailable } from './errors.ts';
import type { StateStore } from './state.ts';

/** Names of the components in `components/`; what stands behind them is chosen there. */
const COMPONENTS = { state: 'store', pubsub: 'pubsub', mail: 'mail' } as const;
const CALL_TIMEOUT_MS = 10_000;

export interface InvokeRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
}

export interface InvokeReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Everything a service can ask of the outside: the one door is the Dapr sidecar beside it. */
export interface Sidecar {
  state: StateStore;
  /** Resolves when the broker was handed the event, which is no promise that it keeps it. */
  publish(topic: string, event: object): Promise<void>;
  /** Sends through an output binding; a mail server may take as long as `timeoutMs`. */
  sendMail(html: string, metadata: Record<string, string>, timeoutMs: number): Promise<void>;
  invoke(appId: string, request: InvokeRequest): Promise<InvokeReply>;
  /** Throws unless the sidecar and its components answer; says nothing about the app itself. */
  check(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The SDK has no timeout of its own and a stuck call cannot be aborted, so the wait is what is bounded. */
async function bounded<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  work.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}

export function connectSidecar(options: {
  host: string;
  port: number;
  apiToken?: string | undefined;
}): Sidecar {
  const { host, port, apiToken } = options;
  const http = new Pool(`http://${host}:${port}`, {
    connections: 64,
    bodyTimeout: 30_000,
    headersTimeout: 30_000,
  });
  const headers: Record<string, string> = apiToken ? { 'dapr-api-token': apiToken } : {};
  const sdk = new DaprClient({
    daprHost: host,
    daprPort: String(port),
    ...(apiToken && { daprApiToken: apiToken }),
    communicationProtocol: CommunicationProtocolEnum.HTTP,
    logger: { level: LogLevel.Error },
  });

  return {
    state: createDaprState(http, headers, COMPONENTS.state),

    async publish(topic, event) {
      // The SDK resolves with an `error` where others throw.
      const reply = await bounded(sdk.pubsub.publish(COMPONENTS.pubsub, topic, event), CALL_TIMEOUT_MS);
      if (reply.error) throw unavailable('the message broker', reply.error);
    },

    async sendMail(html, metadata, timeoutMs) {
      try {
        await bounded(sdk.binding.send(COMPONENTS.mail, 'create', html, metadata), timeoutMs);
      } catch (cause) {
        throw unavailable('the mail server', cause);
      }
    },

    async invoke(appId, { method, path, headers: extra, body, signal }) {
      const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
      try {
        const reply = await http.request({
          method,
          path: `/v1.0/invoke/${appId}/method${path}`,
          headers: { ...extra, ...headers },
          body: body ?? null,
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        });
        return { status: reply.statusCode, headers: reply.headers, body: await reply.body.text() };
      } catch (cause) {
        throw unavailable(`the ${appId} service`, cause);
      }
    },

    async check(signal) {
      const timeout = AbortSignal.timeout(2_000);
      const reply = await http.request({
        method: 'GET',
        path: '/v1.0/healthz/outbound',
        headers,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      await reply.body.dump();
      if (reply.statusCode >= 300) throw unavailable('the Dapr sidecar');
    },

    async close() {
      await Promise.all([http.close(), sdk.stop()]);
    },
  };
}
