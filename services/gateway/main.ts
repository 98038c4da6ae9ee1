import { createBlobStore } from '../shared/blobs/blob-store.ts';
import { createSignedInvoke } from '../shared/contract/caller-token.ts';
import { createSignedPublish } from '../shared/contract/signed-message.ts';
import { fitToStore } from '../shared/dapr/fit-to-store.ts';
import { connectSidecar } from '../shared/dapr/sidecar.ts';
import { serve } from '../shared/http/http-server.ts';
import { createMetrics } from '../shared/http/metrics.ts';
import { createJobStore } from '../shared/jobs/job-store.ts';
import { readEnvironment, warnOfOldNames } from '../shared/runtime/config.ts';
import { createLog } from '../shared/runtime/log.ts';
import { createSpool } from '../shared/runtime/spool.ts';
import { acceptApiKeys, createApiKeys } from './accounts/api-keys.ts';
import { createAuthenticate } from './accounts/authenticate.ts';
import { createRevocations } from './accounts/revocations.ts';
import { createGateway } from './app.ts';
import { runInBackground } from './background-work.ts';
import {
  gatewayEnvironment,
  groupLimitsOf,
  limitsOf,
  minimumRateOf,
  proxySettingsOf,
  renamedVariables,
  timesOf,
} from './config.ts';
import { createSignedLinks } from './downloads/signed-link.ts';
import { createLiveJobs } from './events/live-jobs.ts';
import { createJobIndex } from './job-index/job-index.ts';
import { createJobModule } from './job-module.ts';
import { createClientAddress } from './limits/client-address.ts';
import { createConcurrencyLimit } from './limits/concurrency-limit.ts';
import { createFailedIndex } from './operator/failed-index.ts';
import { createFailedJobs } from './operator/failed-jobs.ts';
import { createOverview } from './operator/overview.ts';
import { openSite } from './page/site.ts';
import { createAskConverter } from './probe/ask-converter.ts';
import { showStore } from './show-store.ts';
import { createAskEarly } from './uploads/tus/ask-early.ts';

const env = readEnvironment(gatewayEnvironment, process.env, renamedVariables);
const log = createLog('gateway', env.LOG_LEVEL);
warnOfOldNames(renamedVariables, log);
const times = timesOf(env);
const limits = limitsOf(env);
const groupLimits = groupLimitsOf(env);
const metrics = createMetrics('gateway');
const stopping = new AbortController();
const stoppingSignal = stopping.signal;

const sidecar = connectSidecar({
  host: env.DAPR_HOST,
  port: env.DAPR_HTTP_PORT,
  grpcPort: env.DAPR_GRPC_PORT,
  apiToken: env.DAPR_API_TOKEN,
});
const { state } = sidecar;
const publish = createSignedPublish(sidecar.publish, env.EVENT_SECRET);
const invoke = createSignedInvoke(sidecar.invoke, env.EVENT_SECRET);
const jobs = createJobStore(state);
const index = createJobIndex(state, times.indexSeconds);
const failedIndex = createFailedIndex(state, times.indexSeconds);
const stored = { jobs, index, blobs: createBlobStore(state) };
const live = createLiveJobs({ state, jobs, index, stoppingSignal, log });

const spool = createSpool(env.SPOOL_DIR);
await spool.prepare();
const links = createSignedLinks(env.PUBLIC_URL, env.LINK_SECRET);
const jobModule = createJobModule({
  ...{ ...stored, state, publish, links, limits, groupLimits, times, stoppingSignal, log },
  ...{ uploadExpirySeconds: env.UPLOAD_EXPIRY_SECONDS, spool, spoolBytes: env.SPOOL_MAX_BYTES },
  askEarly: createAskEarly(invoke, stoppingSignal, log),
});
const { admission, commands, resumable, storeUpload, usage } = jobModule;

const { storeCheck, marking } = showStore({ state, indexSeconds: times.indexSeconds, stoppingSignal, log });
fitToStore(sidecar, { encoding: env.BLOB_ENCODING, stoppingSignal, log });

const revocations = createRevocations({ invoke, log });
const apiKeys = createApiKeys(invoke, { isRevoked: revocations.has });

const app = createGateway({
  ...stored,
  ...live,
  stallTimeoutMs: times.stallTimeoutMs,
  authenticate: acceptApiKeys(
    createAuthenticate(invoke, {
      ...{ issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE },
      ...{ revocations, log },
    }),
    apiKeys,
  ),
  apiKeys,
  idempotency: resumable.idempotency,
  admission,
  usage,
  downloads: createConcurrencyLimit(limits.downloads, 'downloads'),
  probes: createConcurrencyLimit(limits.probes, 'probes'),
  searches: createConcurrencyLimit(limits.searches, 'searches for jobs'),
  askConverter: createAskConverter(invoke),
  eventStreams: createConcurrencyLimit(limits.eventStreams, 'event streams'),
  storeUpload,
  resumable,
  commands,
  failedJobs: createFailedJobs({ jobs, failedIndex, commands, log }),
  overview: createOverview({ ...live, failedIndex, metadata: sidecar.metadata, stoppingSignal, log }),
  operatorToken: env.OPERATOR_TOKEN,
  invoke,
  clientAddress: createClientAddress(proxySettingsOf(env)),
  publicUrl: env.PUBLIC_URL,
  site: openSite(log),
  links,
  groupLimits,
  minimumRate: minimumRateOf(env),
  guests: env.GUESTS,
  corsOrigins: env.CORS_ORIGINS ?? [],
  checks: { sidecar: (signal) => sidecar.check(signal), store: storeCheck },
  requireReady: storeCheck,
  metrics,
  stoppingSignal,
  log,
});

const working = runInBackground(
  {
    ...{ ...stored, state, failedIndex, publish, invoke, resumable, commands, admission, live, revocations },
    registry: metrics.registry,
    log,
  },
  { ...times, sweepSeconds: env.SWEEP_SECONDS },
  stoppingSignal,
);

await serve(app.callback(), {
  host: env.HOST,
  port: env.APP_PORT,
  listenFd: env.APP_LISTEN_FD,
  connectionsPerAddress: env.MAX_CONNECTIONS_PER_ADDRESS,
  shutdownSeconds: env.SHUTDOWN_SECONDS,
  stopping,
  log,
  async close() {
    await Promise.all([working, marking, jobModule.settled()]);
    await spool.close();
    await sidecar.close();
  },
});
