import { createBlobStore } from '../shared/blobs.ts';
import { readEnvironment } from '../shared/config.ts';
import { every } from '../shared/every.ts';
import { createJobIndex } from '../shared/job-index.ts';
import { createJobStore } from '../shared/job-store.ts';
import { createLog } from '../shared/log.ts';
import { createMetrics } from '../shared/metrics.ts';
import { startProof } from '../shared/proof.ts';
import { serve } from '../shared/serve.ts';
import { connectSidecar } from '../shared/sidecar.ts';
import { showStore } from '../shared/store-marker.ts';
import { proveStore } from '../shared/store-promises.ts';
import { createAccept } from './accept.ts';
import { createAdmission } from './admission.ts';
import { createAnnouncer } from './announce.ts';
import { createGateway } from './app.ts';
import { createAuthenticate } from './authenticate.ts';
import { createJobChanges } from './change-job.ts';
import { createClearing } from './clear.ts';
import { environment, limitsOf, videoPassSeconds } from './config.ts';
import { createFailedIndex } from './failed-index.ts';
import { createFailedJobs } from './failed-jobs.ts';
import { createGate } from './gate.ts';
import { createIdempotency } from './idempotency.ts';
import { createLinks } from './links.ts';
import { createOldVideos } from './old-videos.ts';
import { createSameContent } from './same-content.ts';
import { createSweep } from './sweep.ts';
import { createSweepMetrics } from './sweep-metrics.ts';
import { createToldReader } from './told.ts';
import { countUnfinished } from './unfinished.ts';
import { createVideoCleanup } from './video-cleanup.ts';
import { createVideoIndex } from './video-index.ts';

const env = readEnvironment(environment);
const log = createLog('gateway', env.LOG_LEVEL);
const metrics = createMetrics('gateway');
const stopping = new AbortController();
const retentionSeconds = env.RETENTION_SECONDS;
/** Longer than anything that is named in them: who comes once a week finds his own still there. */
const indexSeconds = retentionSeconds + 12 * 3600;
const maxUploadBytes = env.MAX_UPLOAD_BYTES;
const silentMs = env.SILENT_SECONDS * 1000;
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
const sameContent = createSameContent(state, jobs, retentionSeconds);
const links = createLinks(env.PUBLIC_URL, env.LINK_SECRET);
const announcer = createAnnouncer(publish, log);
const clearing = createClearing(blobs, stopping.signal, log);
const stored = { jobs, index, blobs };

const admission = createAdmission(limits, () => countUnfinished(jobs, index));
const accept = createAccept({
  ...stored,
  sameContent,
  links,
  announce: announcer.announce,
  maxUploadBytes,
  retentionSeconds,
  beatMs: silentMs / 6,
  log,
});
const changes = createJobChanges({ ...stored, announce: announcer.announce, clear: clearing.clear });
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
  whoIsTold: createToldReader(state),
  publish,
  counted: admission.counted,
  silentMs,
  tellMs: Math.min(20 * silentMs, (retentionSeconds * 1000) / 4),
});

const storeProof = startProof(
  async (signal) => {
    await proveStore(state, signal);
    await showStore(state, indexSeconds, signal);
  },
  { stopping: stopping.signal, log },
);
const showing = every(
  SHOW_MS,
  () => storeProof().then(() => showStore(state, indexSeconds, stopping.signal)),
  (error) => log.debug({ err: error }, 'the store could not be shown to the others'),
  stopping.signal,
);

const app = createGateway({
  ...stored,
  authenticate: createAuthenticate(invoke, { issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE, log }),
  idempotency: createIdempotency(state, jobs, retentionSeconds),
  admission,
  downloads: createGate(limits.downloads, 'downloads'),
  eventStreams: createGate(limits.eventStreams, 'event streams'),
  accept,
  changes,
  failedJobs: createFailedJobs({ jobs, failedIndex, changes, log }),
  operatorToken: env.OPERATOR_TOKEN,
  invoke,
  links,
  maxUploadBytes,
  checks: { sidecar: (signal) => sidecar.check(signal), store: storeProof },
  proved: storeProof,
  metrics,
  stopping: stopping.signal,
  log,
});

const sweeping = Promise.all([
  sweep.run(env.SWEEP_SECONDS, stopping.signal),
  createVideoCleanup(videos).run(videoPassSeconds(env), stopping.signal),
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
