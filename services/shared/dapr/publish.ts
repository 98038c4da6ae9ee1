// Not '@dapr/dapr', which loads the SDK's gRPC client, server and actors too: see «The whole SDK is large» in docs/dapr-notes.md.
import pubSub from '@dapr/dapr/implementation/Client/HTTPClient/pubsub.js';
import type { Dispatcher } from 'undici';
import { startDeadline } from '../runtime/deadline.ts';
import { unavailable } from '../runtime/errors.ts';
import { COMPONENTS, PATHS } from './names.ts';

const TIMEOUT_MS = 10_000;

type SdkClient = ConstructorParameters<typeof pubSub.default>[0];
/** What publishing needs of the SDK's client. */
type Client = Pick<SdkClient, 'execute'> & { options: Pick<SdkClient['options'], 'logger'> };

const ignore = () => undefined;
/** The SDK logs what it then returns as an error, which is thrown here. */
const NO_LOG = { error: ignore, warn: ignore, info: ignore, verbose: ignore, debug: ignore };

/** See `Sidecar.publish`. */
export type Publish = (topic: string, event: object) => Promise<void>;

/** Publishes with the Dapr SDK. Its requests are sent by `http`, because the SDK's own HTTP client has no timeout. */
export function createPublish(
  http: Dispatcher,
  headers: Record<string, string>,
  timeoutMs = TIMEOUT_MS,
): Publish {
  const client: Client = {
    options: { logger: { service: NO_LOG } },
    async execute(path, params) {
      using deadline = startDeadline(timeoutMs);
      const reply = await http.request({
        method: 'POST',
        path: PATHS.api + path,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(params?.body),
        signal: deadline.signal,
      });
      const text = await reply.body.text();
      if (reply.statusCode >= 300)
        throw new Error(`the sidecar answered ${reply.statusCode}: ${text.slice(0, 500)}`);
      return text;
    },
  };
  const sdk = new pubSub.default(client as SdkClient);

  return async (topic, event) => {
    // The SDK does not throw, but resolves with an `error`.
    const { error } = await sdk.publish(COMPONENTS.pubsub, topic, event);
    if (error) throw unavailable('the message broker', error);
  };
}
