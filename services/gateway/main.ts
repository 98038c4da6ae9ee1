import { createBlobStore } from '../shared/blobs/blob-store.ts';
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
import { createAuthenticate } from './accounts/authenticate.ts';
import { createGateway } from './app.ts';
import { environment, limitsOf, renamedVariables, videoPassSeconds } from './config.ts';
import { createSignedLinks } from './downloads/signed-link.ts';
import { countActive } from './job-index/count-active.ts';
import { createJobIndex } from './job-index/job-index.ts';
import { createJobCommands } from './jobs/commands.ts';
import { createBlobDeletion } from './jobs/delete-blobs.ts';
import { createPublishVideo } from './jobs/publish-video.ts';
import { createAdmission } from './limits/admission.ts';
import { createConcurrencyLimit } from './limits/concurrency-limit.ts';
import { createFailedIndex } from './operator/failed-index.ts';
import { createFailedJobs } from './operator/failed-jobs.ts';
import { createDeleteVideos } from './sweep/delete-videos.ts';
import { createFindNotified } from './sweep/find-notified.ts';
import { createOldVideos } from './sweep/index-old-videos.ts';
import { createSweepMetrics } from './sweep/metrics.ts';
import { createSweep } from './sweep/sweep.ts';
import { createVideoIndex } from './sweep/video-index.ts';
import { createDeduplicate } from './uploads/deduplicate.ts';
import { createIdempotency } from './uploads/idempotency.ts';
import { createStoreUpload } from './uploads/store-upload.ts';

const env = readEnvironment(environment, process.env, renamedVariables);
const log = createLog('gateway', env.LOG_LEVEL);
warnOfOldNames(renamedVariables, log);
const metrics = createMetrics('gateway');
const stopping = new AbortController();
const retentionSeconds = env.RETENTION_SECONDS;
/** Longer than anything that is named in them: who comes once a week finds his own still there. */
const indexSeconds = retentionSeconds + 12 * 3600;
const maxUploadBytes = env.MAX_UPLOAD_BYTES;
const silentMs = env.STALL_SECONDS * 1000;
/** Often enough for the others to see that a gateway runs, though some of the writes fail. */
const SHOW_MS = 60_000;
const limits = limitsOf(env);

const sidecar = connectSidecar({
  host: env.DAPR_HOST,
  port: env.DAPR_HTTP_PORT,
  apiToken: env.DAPR_API_TOKEN,
});
const { state, publish, invoke } = sidecar;
const blobs = createBlobStore(state);
const jobs = createJobStore(state);
const index = createJobIndex(state, indexSeconds);
const failedIndex = createFailedIndex(state, indexSeconds);
const videoIndex = createVideoIndex(state, indexSeconds);
const sameContent = createDeduplicate(state, jobs, retentionSeconds);
const links = createSignedLinks(env.PUBLIC_URL, env.LINK_SECRET);
const announcer = createPublishVideo(publish, log);
const clearing = createBlobDeletion(blobs, stopping.signal, log);
const stored = { jobs, index, blobs };

const admission = createAdmission(limits, () => countActive(jobs, index));
const accept = createStoreUpload({
  ...stored,
  deduplicate: sameContent,
  links,
  publishVideo: announcer.announce,
  maxUploadBytes,
  retentionSeconds,
  heartbeatMs: silentMs / 6,
  log,
});
const changes = createJobCommands({
  ...stored,
  publishVideo: announcer.announce,
  deleteBlobs: clearing.clear,
});
const sweepMetrics = createSweepMetrics(metrics.registry);
/** The ports that the deletion of finished jobs' videos needs. */
const videos = {
  ...{ jobs, blobs, videoIndex, log },
  keepVideoMs: env.KEEP_VIDEO_SECONDS * 1000,
  metrics: sweepMetrics,
};
const sweep = createSweep({
  ...stored,
  ...videos,
  failedIndex,
  findNotified: createFindNotified(state),
  publish,
  counted: admission.counted,
  stallTimeoutMs: silentMs,
  failBeforeExpiryMs: Math.min(20 * silentMs, (retentionSeconds * 1000) / 4),
});

const storeProof = startStartupCheck(
  async (signal) => {
    await checkConformance(state, signal);
    await writeMarker(state, indexSeconds, signal);
  },
  { stopping: stopping.signal, log },
);
const showing = repeat(
  SHOW_MS,
  () => storeProof().then(() => writeMarker(state, indexSeconds, stopping.signal)),
  (error) => log.debug({ err: error }, 'the store could not be shown to the others'),
  stopping.signal,
);

const app = createGateway({
  ...stored,
  authenticate: createAuthenticate(invoke, { issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE, log }),
  idempotency: createIdempotency(state, jobs, retentionSeconds),
  admission,
  downloads: createConcurrencyLimit(limits.downloads, 'downloads'),
  eventStreams: createConcurrencyLimit(limits.eventStreams, 'event streams'),
  storeUpload: accept,
  commands: changes,
  failedJobs: createFailedJobs({ jobs, failedIndex, commands: changes, log }),
  operatorToken: env.OPERATOR_TOKEN,
  invoke,
  links,
  maxUploadBytes,
  checks: { sidecar: (signal) => sidecar.check(signal), store: storeProof },
  requireReady: storeProof,
  metrics,
  stopping: stopping.signal,
  log,
});

const sweeping = Promise.all([
  sweep.run(env.SWEEP_SECONDS, stopping.signal),
  createDeleteVideos(videos).run(videoPassSeconds(env), stopping.signal),
  createOldVideos({ state, jobs, index, videoIndex, invoke, log }).run(stopping.signal),
]);

await serve(app.callback(), {
  host: env.HOST,
  port: env.APP_PORT,
  shutdownSeconds: env.SHUTDOWN_SECONDS,
  stopping,
  log,
  async close() {
    await Promise.all([sweeping, showing, announcer.settled(), clearing.settled()]);
    await sidecar.close();
  },
});
