/**
 * The names by which services, components and sidecars know each other. This file imports nothing, so that any other file
 * may import it.
 */

/** Names of the components in `components/`. The files there choose what stands behind each name. */
export const COMPONENTS = { state: 'store', pubsub: 'pubsub', mail: 'mail' } as const;

/**
 * Carries a shared secret in both directions: DAPR_API_TOKEN in calls to the sidecar, APP_API_TOKEN in calls from the
 * sidecar.
 */
export const TOKEN_HEADER = 'dapr-api-token';

/** Paths of the sidecar's HTTP API. */
export const PATHS = {
  api: '/v1.0',
  state: `/v1.0/state/${COMPONENTS.state}`,
  publish: `/v1.0/publish/${COMPONENTS.pubsub}`,
  mail: `/v1.0/bindings/${COMPONENTS.mail}`,
  metadata: '/v1.0/metadata',
  /** Answers 2xx while the sidecar and its components can be used. It says nothing about the app. */
  outboundHealth: '/v1.0/healthz/outbound',
  invoke: '/v1.0/invoke/',
} as const;

/** The method of the sidecar's gRPC API that saves keys. */
export const GRPC_SAVE_STATE = '/dapr.proto.runtime.v1.Dapr/SaveState';

/** The path of a call to another app through its sidecar. `path` begins with a slash. */
export const invokePath = (appId: string, path = ''): string => `${PATHS.invoke}${appId}/method${path}`;

/** Whether a URL leads through a sidecar's invoke API, such as `http://localhost:3500/v1.0/invoke/gateway/method`. */
export const isInvokeUrl = (url: string): boolean => url.includes(PATHS.invoke);

/** The headers that a caller of the sidecar's API has to send. */
export const sidecarHeaders = (apiToken: string | undefined): Record<string, string> =>
  apiToken ? { [TOKEN_HEADER]: apiToken } : {};
