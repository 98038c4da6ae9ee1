import { PATHS, TOKEN_HEADER } from '../../dapr/names.ts';
import { channels } from './channels.ts';
import { operations } from './operations.ts';
import { schemas } from './schemas.ts';
import { mailRecordState } from './state.ts';

/**
 * What the services say to each other, as {@link https://www.asyncapi.com/docs/reference/specification/v3.0.0 | AsyncAPI 3.0}:
 * enough to write one of them in another language. Its schemas are those by which the services check.
 */
export const asyncapi = {
  asyncapi: '3.0.0',
  info: {
    title: 'mp3converter',
    version: '1',
    description:
      'Events between the services of mp3converter, each of which talks to the Dapr sidecar beside it and to nothing else. ' +
      'Events are CloudEvents 1.0; broker, blob store and mail server are chosen by YAML. The public HTTP API is in /openapi.json.\n\n' +
      'A service listens on `HOST` (127.0.0.1), port `APP_PORT`, and answers `GET /healthz` with 200 while its process is well: ' +
      `a sick one gets no events. The sidecar sends \`APP_API_TOKEN\` in the header \`${TOKEN_HEADER}\` with every delivery; answer any other ` +
      `caller with 403. \`GET /readyz\` is 200 while the sidecar answers \`GET ${PATHS.outboundHealth}\`, else 503. On SIGTERM a ` +
      'service takes nothing new and ends within `SHUTDOWN_SECONDS` (20).',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  defaultContentType: 'application/json',
  servers: {
    sidecar: {
      host: '127.0.0.1:{port}',
      protocol: 'http',
      description: 'The Dapr sidecar beside the service: the one door to broker, store and mail server',
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
        description: 'DAPR_API_TOKEN, in every call of the sidecar',
      },
    },
  },
  'x-state': mailRecordState,
} as const;
