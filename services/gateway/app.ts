import Router from '@koa/router';
import type Koa from 'koa';
import { type Checks, health } from '../shared/health.ts';
import { createApp, type RequestState } from '../shared/http.ts';
import type { JobIndex } from '../shared/job-index.ts';
import type { Log } from '../shared/log.ts';
import { exposeMetrics, type Metrics } from '../shared/metrics.ts';
import type { Sidecar } from '../shared/sidecar.ts';
import { accountRoutes } from './accounts.ts';
import { asyncapi } from './asyncapi.ts';
import type { JobChanges } from './change-job.ts';
import { type DownloadPorts, downloadRoutes } from './download.ts';
import type { Gate } from './gate.ts';
import { jobEventRoutes } from './job-events.ts';
import { jobRoutes } from './jobs.ts';
import { openapi } from './openapi.ts';
import { type OperatorPorts, operatorRoutes } from './operator.ts';
import { type UploadPorts, uploadRoutes } from './upload.ts';

export interface GatewayPorts extends DownloadPorts, OperatorPorts, UploadPorts {
  invoke: Sidecar['invoke'];
  eventStreams: Gate;
  index: JobIndex;
  changes: JobChanges;
  checks: Checks;
  metrics: Metrics;
  stopping: AbortSignal;
  log: Log;
}

/** The public HTTP API. Binds no port. */
export function createGateway(ports: GatewayPorts): Koa<RequestState> {
  const router = createRoutes(ports);
  const app = createApp(ports.log, ports.metrics);
  app.use(health(ports.checks, ports.stopping)).use(exposeMetrics(ports.metrics));
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

/** Every route but health and metrics, which are the same for all services. */
export function createRoutes(ports: GatewayPorts): Router<RequestState> {
  const router = new Router<RequestState>();
  accountRoutes(router, ports.invoke);
  uploadRoutes(router, ports);
  jobRoutes(router, ports);
  jobEventRoutes(router, ports);
  downloadRoutes(router, ports);
  operatorRoutes(router, ports);
  router.get('/openapi.json', (context) => {
    context.body = openapi;
  });
  router.get('/asyncapi.json', (context) => {
    context.body = asyncapi;
  });
  return router;
}
