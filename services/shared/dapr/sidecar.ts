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
 * Each kind of call has connections of its own: whoever makes one kind slow (by many logins, for which nobody needs an
 * account) takes no connection from the others.
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

/** Everything a service can ask of the outside: the one door is the Dapr sidecar beside it. */
export interface Sidecar {
  state: StateStore;
  /** Resolves when the broker was handed the event, which is no promise that it keeps it. */
  publish(topic: string, event: object): Promise<void>;
  /**
   * Sends through an output binding, whose own bounds are the only ones: it may wait for the mail server without end. Throws
   * `unavailable` when the mail was refused for sure, and {@link UnknownOutcome} when an answer was lost, the mail server's or the sidecar's.
   */
  sendMail(html: string, metadata: MailMetadata): Promise<void>;
  /** The type of the component behind `sendMail`, such as `bindings.smtp`; undefined where there is none. */
  mailBinding(signal?: AbortSignal): Promise<string | undefined>;
  invoke(appId: string, request: InvokeRequest): Promise<InvokeReply>;
  /** Throws unless the sidecar and its components answer; says nothing about the app itself. */
  check(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Of a call that cannot be taken back: it may have been carried out, or may be still. */
export class UnknownOutcome extends Error {}

/** Failures of a connection that was not made: nothing was sent. */
const NOT_CONNECTED = ['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'];

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
  const origin = `http://${host}:${port}`;
  const poolOf = (connections: number) =>
    new Pool(origin, { connections, bodyTimeout: 30_000, headersTimeout: 30_000 });
  const pools = {
    state: poolOf(CONNECTIONS.state),
    invoke: poolOf(CONNECTIONS.invoke),
    checks: poolOf(CONNECTIONS.checks),
  };
  // Apart from the others, for a silent mail server would take their connections; and no connection twice, since one that
  // was closed meanwhile could not be told from one that was lost with the mail.
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
      // The SDK resolves with an `error` where others throw.
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
        throw new UnknownOutcome('the connection to the sidecar was lost in the middle of a send', { cause });
      }
      if (failure === undefined) return;
      const said = `the sidecar answered: ${failure.slice(0, 500)}`;
      if (brokeOff(failure)) throw new UnknownOutcome(said);
      throw unavailable('the mail server', new Error(said));
    },

    async mailBinding(signal) {
      const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
      try {
        const either = anySignal(signal, timeout);
        const reply = await pools.checks.request({
          method: 'GET',
          path: PATHS.metadata,
          headers,
          signal: either,
        });
        if (reply.statusCode >= 300) throw new Error(`the sidecar answered ${reply.statusCode}`);
        const { components = [] } = (await reply.body.json()) as { components?: NamedComponent[] };
        return components.find(({ name }) => name === COMPONENTS.mail)?.type;
      } catch (cause) {
        throw unavailable('the sidecar', cause);
      }
    },

    async invoke(appId, { method, path, headers: extra, body, signal }) {
      const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
      try {
        const reply = await pools.invoke.request({
          method,
          path: invokePath(appId, path),
          headers: { ...extra, ...headers },
          body: body ?? null,
          signal: anySignal(signal, timeout),
        });
        return { status: reply.statusCode, headers: reply.headers, body: await reply.body.text() };
      } catch (cause) {
        throw unavailable(`the ${appId} service`, cause);
      }
    },

    async check(signal) {
      const timeout = AbortSignal.timeout(2_000);
      const reply = await pools.checks.request({
        method: 'GET',
        path: PATHS.outboundHealth,
        headers,
        signal: anySignal(signal, timeout),
      });
      await reply.body.dump();
      if (reply.statusCode >= 300) throw unavailable('the Dapr sidecar');
    },

    async close() {
      await Promise.all([...Object.values(pools).map((pool) => pool.close()), mail.destroy(), sdk.stop()]);
    },
  };
}
