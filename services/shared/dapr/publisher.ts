import { CommunicationProtocolEnum, DaprClient, LogLevel } from '@dapr/dapr';
import { unavailable } from '../runtime/errors.ts';
import { COMPONENTS } from './names.ts';

const TIMEOUT_MS = 10_000;

export interface Publisher {
  /** See `Sidecar.publish`. */
  publish(topic: string, event: object): Promise<void>;
  close(): Promise<void>;
}

/** `port` is the HTTP port of the sidecar. */
export function createPublisher(options: {
  host: string;
  port: number;
  apiToken?: string | undefined;
}): Publisher {
  const { host, port, apiToken } = options;
  const sdk = new DaprClient({
    daprHost: host,
    daprPort: String(port),
    ...(apiToken && { daprApiToken: apiToken }),
    communicationProtocol: CommunicationProtocolEnum.HTTP,
    logger: { level: LogLevel.Error },
  });
  return {
    async publish(topic, event) {
      // The SDK does not throw, but resolves with an `error`.
      const reply = await bounded(sdk.pubsub.publish(COMPONENTS.pubsub, topic, event), TIMEOUT_MS);
      if (reply.error) throw unavailable('the message broker', reply.error);
    },
    close: () => sdk.stop(),
  };
}

/** Bounds the wait for a call. The SDK has no timeout, and a call cannot be aborted. */
async function bounded<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  work.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}
