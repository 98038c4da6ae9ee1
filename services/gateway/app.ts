import Router from '@koa/router';
import type Koa from 'koa';
import { asyncapi } from '../shared/contract/asyncapi/document.ts';
import type { Sidecar } from '../shared/dapr/sidecar.ts';
import { type Checks, health } from '../shared/http/health.ts';
import { createApp } from '../shared/http/koa-app.ts';
import { exposeMetrics, type Metrics } from '../shared/http/metrics.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import type { Log } from '../shared/runtime/log.ts';
import { guardRoutes, openToAll } from './accounts/access.ts';
import type { ApiKeys } from './accounts/api-keys.ts';
import { createCallAuth } from './accounts/call-auth.ts';
import { guestRoutes } from './accounts/guest-routes.ts';
import { identityRoutes } from './accounts/identity-routes.ts';
import { keyRoutes } from './accounts/key-routes.ts';
import { oidcRoutes } from './accounts/oidc-routes.ts';
import { ownAccountRoutes } from './accounts/own-account-routes.ts';
import { passkeyRoutes } from './accounts/passkey-routes.ts';
import { accountRoutes } from './accounts/routes.ts';
import { secondFactorRoutes } from './accounts/second-factor-routes.ts';
import { acceptSessionCookie, createSessionCookies } from './accounts/session-cookies.ts';
import { type SessionPorts, sessionRoutes } from './accounts/session-routes.ts';
import { cors } from './cors.ts';
import { type DetailsPorts, detailsRoutes } from './details/routes.ts';
import { archiveRoutes } from './downloads/archive/routes.ts';
import { type DownloadPorts, downloadRoutes } from './downloads/routes.ts';
import { type EventPorts, eventRoutes, requireStreamMethod } from './events/routes.ts';
import type { JobIndex } from './job-index/job-index.ts';
import type { JobCommands } from './jobs/commands.ts';
import { type JobPorts, jobRoutes } from './jobs/routes.ts';
import type { ClientAddress } from './limits/client-address.ts';
import { openapi } from './openapi/document.ts';
import { operatorAccountRoutes } from './operator/account-routes.ts';
import { type OperatorPorts, operatorRoutes } from './operator/routes.ts';
import { SHARE_PATH } from './page/app/share/share-target.ts';
import { pageRoutes } from './page/routes.ts';
import type { Site } from './page/site.ts';
import { type ProbePorts, probeRoutes } from './probe/routes.ts';
import { renameRoutes } from './rename/routes.ts';
import { type UploadPorts, uploadRoutes } from './uploads/routes.ts';
import { type TusPorts, tusRoutes } from './uploads/tus/routes.ts';
import { type UsagePorts, usageRoutes } from './usage/routes.ts';

export interface GatewayPorts
  extends DetailsPorts,
    DownloadPorts,
    EventPorts,
    OperatorPorts,
    ProbePorts,
    Omit<SessionPorts, 'callAuth' | 'cookies'>,
    TusPorts,
    UploadPorts,
    UsagePorts {
  invoke: Sidecar['invoke'];
  apiKeys: ApiKeys;
  clientAddress: ClientAddress;
  /** The files of the page. */
  site: Site;
  index: JobIndex;
  commands: JobCommands;
  searches: JobPorts['searches'];
  /** Origins of pages that may call this API from a browser. */
  corsOrigins: readonly string[];
  checks: Checks;
  metrics: Metrics;
  stoppingSignal: AbortSignal;
  log: Log;
}

/** The public HTTP API. Binds no port. */
export function createGateway(ports: GatewayPorts): Koa<RequestState> {
  const router = createRoutes(ports);
  const app = createApp(ports.log, ports.metrics);
  const acceptCookie = acceptSessionCookie(createSessionCookies(ports.publicUrl), ports.publicUrl);
  // What a system shares with the page has no `Origin` of ours, and the route needs no session.
  app.use((context, next) => (context.path === SHARE_PATH ? next() : acceptCookie(context, next)));
  if (ports.corsOrigins.length > 0) app.use(cors(ports.corsOrigins));
  app.use(health(ports.checks, ports.stoppingSignal)).use(exposeMetrics(ports.metrics));
  app.use(requireStreamMethod);
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

/** All routes of the gateway's own. Health and metrics are the same for all services. */
export function createRoutes(ports: GatewayPorts): Router<RequestState> {
  // Paths count as they are written, so that a rule of a proxy for a path holds for all that the gateway takes for it.
  const router = new Router<RequestState>({ sensitive: true });
  const callAuth = createCallAuth(ports.invoke, ports.clientAddress);
  const cookies = createSessionCookies(ports.publicUrl);
  accountRoutes(router, callAuth);
  const sessionPorts = { ...ports, callAuth, cookies };
  sessionRoutes(router, sessionPorts);
  guestRoutes(router, sessionPorts);
  keyRoutes(router, sessionPorts);
  oidcRoutes(router, sessionPorts);
  identityRoutes(router, sessionPorts);
  secondFactorRoutes(router, sessionPorts);
  passkeyRoutes(router, sessionPorts);
  ownAccountRoutes(router, sessionPorts);
  usageRoutes(router, ports);
  uploadRoutes(router, ports);
  tusRoutes(router, ports);
  probeRoutes(router, ports);
  eventRoutes(router, ports);
  jobRoutes(router, ports);
  renameRoutes(router, ports);
  detailsRoutes(router, ports);
  archiveRoutes(router, ports);
  downloadRoutes(router, ports);
  operatorRoutes(router, ports);
  operatorAccountRoutes(router, { ...ports, callAuth });
  pageRoutes(router, ports);
  router.get('/openapi.json', openToAll, (context) => {
    context.body = openapi;
  });
  router.get('/asyncapi.json', openToAll, (context) => {
    context.body = asyncapi;
  });
  guardRoutes(router, ports);
  return router;
}
