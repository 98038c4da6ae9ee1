import { createBlobStore } from '../shared/blobs/blob-store.ts';
import { createSignedInvoke } from '../shared/contract/caller-token.ts';
import { createSignedPublish } from '../shared/contract/signed-message.ts';
import { fitToStore } from '../shared/dapr/fit-to-store.ts';
import { connectSidecar } from '../shared/dapr/sidecar.ts';
import { serve } from '../shared/http/http-server.ts';
import { createMetrics } from '../shared/http/metrics.ts';
import { createJobStore } from '../shared/jobs/job-store.ts';
import { readEnvironment, warnOfOldNames } from '../shared/runtime/config.ts';
import { repeat } from '../shared/runtime/interval.ts';
import { createLog } from '../shared/runtime/log.ts';
import { startStartupCheck } from '../shared/runtime/startup-check.ts';
import { checkConformance } from '../shared/state/conformance.ts';
import { writeMarker } from '../shared/state/store-marker.ts';
import { acceptApiKeys, createApiKeys } from './accounts/api-keys.ts';
import { createAuthenticate } from './accounts/authenticate.ts';
import { createRevocations } from './accounts/revocations.ts';
import { createGateway } from './app.ts';
import {
  gatewayEnvironment,
  groupLimitsOf,
  limitsOf,
  minimumRateOf,
  proxySettingsOf,
  renamedVariables,
  timesOf,
} from './config.ts';
import { createDeletions } from './deletions/run-deletions.ts';
import { createSignedLinks } from './downloads/signed-link.ts';
import { createLiveJobs } from './events/live-jobs.ts';
import { countActive } from './job-index/count-active.ts';
import { createJobIndex } from './job-index/job-index.ts';
import { createJobCommands } from './jobs/commands.ts';
import { createDeleteBlobs } from './jobs/delete-blobs.ts';
import { createPublishVideo } from './jobs/publish-video.ts';
import { createAdmission } from './limits/admission.ts';
import { createClientAddress } from './limits/client-address.ts';
import { createConcurrencyLimit } from './limits/concurrency-limit.ts';
import { longestRetention } from './limits/group-limits.ts';
import { addCounts } from './limits/quota.ts';
import { createFailedIndex } from './operator/failed-index.ts';
import { createFailedJobs } from './operator/failed-jobs.ts';
import { createOverview } from './operator/overview.ts';
import { openSite } from './page/site.ts';
import { createAskConverter } from './probe/ask-converter.ts';
import { runSweeps } from './sweep/run-sweeps.ts';
import { createDeduplicate } from './uploads/deduplicate.ts';
import { createStoreUpload } from './uploads/store-upload.ts';
import { createResumable } from './uploads/tus/create-resumable.ts';
import { createLeaseLocker } from './uploads/tus/lease-locker.ts';
import { countOpenUploads } from './uploads/tus/open-uploads.ts';
import { createDayUsage } from './usage/day-usage.ts';

/**
 * Milliseconds between two writes of the marker by which the other
 * services see that a gateway runs. Some of them may fail.
 */
const MARKER_MS = 60_000;

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

const links = createSignedLinks(env.PUBLIC_URL, env.LINK_SECRET);
const publisher = createPublishVideo(publish, log);
const deletion = createDeleteBlobs(stored.blobs, stoppingSignal, log);
const usage = createDayUsage({ state, ...stored, groupLimits, keepVideoMs: times.keepVideoMs });
const uploadPorts = {
  ...stored,
  usage,
  deduplicate: createDeduplicate(state, jobs, longestRetention(groupLimits)),
  links,
  publishVideo: publisher.publishVideo,
  groupLimits,
  heartbeatMs: times.heartbeatMs,
  log,
};
const storeUpload = createStoreUpload(uploadPorts);
const resumable = createResumable({
  ...uploadPorts,
  state,
  locker: createLeaseLocker(state, log),
  uploadExpirySeconds: env.UPLOAD_EXPIRY_SECONDS,
  limit: limits.openUploads,
});
const { openUploads, openQuota } = resumable;
// An upload that is not finished counts as the job that it becomes.
const admission = createAdmission(limits, async () =>
  addCounts(await countActive(jobs, index), await countOpenUploads(openUploads)),
);
const commands = createJobCommands({
  ...stored,
  keepVideoMs: times.keepVideoMs,
  publishVideo: publisher.publishVideo,
  deleteBlobs: deletion.deleteBlobs,
});

const storeCheck = startStartupCheck(
  async (signal) => {
    await checkConformance(state, signal);
    await writeMarker(state, times.indexSeconds, signal);
  },
  { stoppingSignal, log },
);
fitToStore(sidecar, { encoding: env.BLOB_ENCODING, stoppingSignal, log });
const marking = repeat(
  MARKER_MS,
  () => storeCheck().then(() => writeMarker(state, times.indexSeconds, stoppingSignal)),
  (error) =>
    log.debug({ err: error }, 'the marker that shows the store to the other services could not be written'),
  stoppingSignal,
);

const revocations = createRevocations({ invoke, log });
const readingRevocations = revocations.run(stoppingSignal);
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

const sweeping = runSweeps(
  {
    ...stored,
    state,
    failedIndex,
    publish,
    invoke,
    resumable,
    updateCounts: (jobs) => admission.updateCounts(addCounts(jobs, openQuota.counts)),
    observeActive: live.backlog.observe,
    registry: metrics.registry,
    log,
  },
  { ...times, sweepSeconds: env.SWEEP_SECONDS },
  stoppingSignal,
);

const deletingAccounts = createDeletions({ jobs, index, commands, resumable, invoke, log }).run(
  stoppingSignal,
);

const countingConverters = live.converters.run();

await serve(app.callback(), {
  host: env.HOST,
  port: env.APP_PORT,
  connectionsPerAddress: env.MAX_CONNECTIONS_PER_ADDRESS,
  shutdownSeconds: env.SHUTDOWN_SECONDS,
  stopping,
  log,
  async close() {
    await Promise.all([
      sweeping,
      deletingAccounts,
      marking,
      readingRevocations,
      countingConverters,
      publisher.settled(),
      deletion.settled(),
    ]);
    await sidecar.close();
  },
});
