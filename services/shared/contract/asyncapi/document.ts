import { PATHS, TOKEN_HEADER } from '../../dapr/names.ts';
import { channels } from './channels.ts';
import { operations } from './operations.ts';
import { schemas } from './schemas.ts';
import { signature } from './signature.ts';
import { storedRecords } from './stored-records.ts';

/**
 * The messages between the services, as {@link https://www.asyncapi.com/docs/reference/specification/v3.0.0 | AsyncAPI
 * 3.0}. The document is enough to write one of the services in another language. The services check messages against the
 * same schemas.
 */
export const asyncapi = {
  asyncapi: '3.0.0',
  info: {
    title: 'mp3converter',
    version: '1',
    description:
      'Events between the services of mp3converter, each of which talks to the Dapr sidecar beside it and to nothing else. ' +
      'Events are CloudEvents 1.0. YAML files choose the broker, the blob store and the mail server. The public HTTP API is in /openapi.json.\n\n' +
      'A service listens on `HOST` (127.0.0.1), port `APP_PORT`, and answers `GET /healthz` with 200 while its process is healthy: ' +
      `an unhealthy service gets no events. The sidecar sends \`APP_API_TOKEN\` in the header \`${TOKEN_HEADER}\` with every delivery. Answer any other ` +
      `caller with 403. \`GET /readyz\` is 200 while the sidecar answers \`GET ${PATHS.outboundHealth}\`, else 503. On SIGTERM a ` +
      'service takes no new work and ends within `SHUTDOWN_SECONDS` (20).',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  defaultContentType: 'application/json',
  servers: {
    sidecar: {
      host: '127.0.0.1:{port}',
      protocol: 'http',
      description:
        'The Dapr sidecar beside the service, which is the only way to broker, store and mail server',
      variables: { port: { default: '3500', description: 'DAPR_HTTP_PORT' } },
      security: [{ $ref: '#/components/securitySchemes/daprApiToken' }],
    },
  },
  channels,
  operations,
  components: {
    schemas,
    securitySchemes: {
      daprApiToken: {
        type: 'httpApiKey',
        name: TOKEN_HEADER,
        in: 'header',
        description: 'DAPR_API_TOKEN, in every call to the sidecar',
      },
    },
  },
  'x-signature': signature,
  'x-state': storedRecords,
} as const;
