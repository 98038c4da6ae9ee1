import { CommunicationProtocolEnum, DaprClient, LogLevel } from '@dapr/dapr';
import { Agent, Pool } from 'undici';
import { anySignal } from '../runtime/abort-signals.ts';
import { unavailable } from '../runtime/errors.ts';
import type { StateStore } from '../state/state-store.ts';
import { brokeOff, failureIn } from './mail-failure.ts';
import { COMPONENTS, invokePath, PATHS, sidecarHeaders } from './names.ts';
import { createDaprState } from './state.ts';

const CALL_TIMEOUT_MS = 10_000;
/**
 * Each kind of call has its own connections, so that many slow calls of one kind (such as logins, which need no account) do
 * not take the connections of the others.
 */
const CONNECTIONS = { state: 64, invoke: 64, checks: 4 } as const;

interface NamedComponent {
  name: string;
  type: string;
}

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

/** Fields of a mail as its binding names them, such as `emailTo`. Those that are undefined are left out. */
export type MailMetadata = Readonly<Record<string, string | undefined>>;

/** Everything that a service can do outside of its process. It goes through the Dapr sidecar beside the service. */
export interface Sidecar {
  state: StateStore;
  /** Resolves when the broker got the event, which does not promise that the broker keeps it. */
  publish(topic: string, event: object): Promise<void>;
  /**
   * Sends a mail through the output binding. It may wait for the mail server without end, because only the binding bounds
   * the time. Throws `unavailable` when the mail was certainly not accepted, and {@link UnknownOutcome} when a reply of the
   * mail server or of the sidecar was lost.
   */
  sendMail(html: string, metadata: MailMetadata): Promise<void>;
  /** The type of the component behind `sendMail`, such as `bindings.smtp`. Undefined where there is no such component. */
  mailBinding(signal?: AbortSignal): Promise<string | undefined>;
  invoke(appId: string, request: InvokeRequest): Promise<InvokeReply>;
  /** Throws unless the sidecar and its components answer. It says nothing about the app itself. */
  check(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A call has failed that may have been carried out all the same, or may still be. */
export class UnknownOutcome extends Error {}

/** Codes of errors before a connection was made. Nothing was sent then. */
const NOT_CONNECTED = ['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'];

/** Bounds the wait for a call. The SDK has no timeout, and a call cannot be aborted. */
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
  const origin = `http://${host}:${port}`;
  const poolOf = (connections: number) =>
    new Pool(origin, { connections, bodyTimeout: 30_000, headersTimeout: 30_000 });
  const pools = {
    state: poolOf(CONNECTIONS.state),
    invoke: poolOf(CONNECTIONS.invoke),
    checks: poolOf(CONNECTIONS.checks),
  };
  // Mails have their own agent, because a silent mail server would take the connections of other calls. No connection is used
  // twice, because one that was closed in between could not be distinguished from one that was lost with the mail.
  const mail = new Agent({ headersTimeout: 0, bodyTimeout: 0, connectTimeout: 5_000, pipelining: 0 });
  const headers = sidecarHeaders(apiToken);
  const sdk = new DaprClient({
    daprHost: host,
    daprPort: String(port),
    ...(apiToken && { daprApiToken: apiToken }),
    communicationProtocol: CommunicationProtocolEnum.HTTP,
    logger: { level: LogLevel.Error },
  });

  return {
    state: createDaprState(pools.state, headers),

    async publish(topic, event) {
      // The SDK does not throw, but resolves with an `error`.
      const reply = await bounded(sdk.pubsub.publish(COMPONENTS.pubsub, topic, event), CALL_TIMEOUT_MS);
      if (reply.error) throw unavailable('the message broker', reply.error);
    },

    async sendMail(html, metadata) {
      const request = {
        method: 'POST' as const,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ operation: 'create', data: html, metadata }),
      };
      let failure: string | undefined;
      try {
        const { statusCode, body } = await mail.request({ ...request, origin, path: PATHS.mail });
        const text = await body.text();
        if (statusCode >= 300) failure = failureIn(text);
      } catch (cause) {
        const { code = '' } = cause as NodeJS.ErrnoException;
        if (NOT_CONNECTED.includes(code)) throw unavailable('the sidecar', cause);
        throw new UnknownOutcome('the connection to the sidecar was lost during a send', { cause });
      }
      if (failure === undefined) return;
      const message = `the sidecar answered: ${failure.slice(0, 500)}`;
      if (brokeOff(failure)) throw new UnknownOutcome(message);
      throw unavailable('the mail server', new Error(message));
    },

    async mailBinding(signal) {
      const timeoutSignal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      try {
        const eitherSignal = anySignal(signal, timeoutSignal);
        const reply = await pools.checks.request({
          method: 'GET',
          path: PATHS.metadata,
          headers,
          signal: eitherSignal,
        });
        if (reply.statusCode >= 300) throw new Error(`the sidecar answered ${reply.statusCode}`);
        const { components = [] } = (await reply.body.json()) as { components?: NamedComponent[] };
        return components.find(({ name }) => name === COMPONENTS.mail)?.type;
      } catch (cause) {
        throw unavailable('the sidecar', cause);
      }
    },

    async invoke(appId, { method, path, headers: extra, body, signal }) {
      const timeoutSignal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      try {
        const reply = await pools.invoke.request({
          method,
          path: invokePath(appId, path),
          headers: { ...extra, ...headers },
          body: body ?? null,
          signal: anySignal(signal, timeoutSignal),
        });
        return { status: reply.statusCode, headers: reply.headers, body: await reply.body.text() };
      } catch (cause) {
        throw unavailable(`the ${appId} service`, cause);
      }
    },

    async check(signal) {
      const timeoutSignal = AbortSignal.timeout(2_000);
      const reply = await pools.checks.request({
        method: 'GET',
        path: PATHS.outboundHealth,
        headers,
        signal: anySignal(signal, timeoutSignal),
      });
      await reply.body.dump();
      if (reply.statusCode >= 300) throw unavailable('the Dapr sidecar');
    },

    async close() {
      await Promise.all([...Object.values(pools).map((pool) => pool.close()), mail.destroy(), sdk.stop()]);
    },
  };
}
