import { hostname } from 'node:os';
import { createBlobStore } from '../shared/blobs/blob-store.ts';
import { createSignedPublish } from '../shared/contract/signed-message.ts';
import { fitToStore } from '../shared/dapr/fit-to-store.ts';
import { connectSidecar } from '../shared/dapr/sidecar.ts';
import { serve } from '../shared/http/http-server.ts';
import { createMetrics } from '../shared/http/metrics.ts';
import { createJobStore } from '../shared/jobs/job-store.ts';
import { createWorkEstimate, type Work } from '../shared/jobs/work.ts';
import { readEnvironment, warnOfOldNames } from '../shared/runtime/config.ts';
import { createLog } from '../shared/runtime/log.ts';
import { RELEASE } from '../shared/runtime/release.ts';
import { createSpool } from '../shared/runtime/spool.ts';
import { startStartupCheck } from '../shared/runtime/startup-check.ts';
import { createConfirmMissing, requireMarker } from '../shared/state/store-marker.ts';
import { createConverterApp } from './app.ts';
import { createConversionSpeed } from './capacity/conversion-speed.ts';
import { createCoreSlots } from './capacity/core-slots.ts';
import { createDiskFullBackoff } from './capacity/disk-full-backoff.ts';
import { showUntilStopped } from './capacity/presence.ts';
import { converterEnvironment, renamedVariables, timesOf } from './config.ts';
import { countEarly } from './early/count-early.ts';
import { createEarlyConversions } from './early/early-conversions.ts';
import { createBeginners } from './fairness/beginners.ts';
import { createQueuedJobs } from './fairness/queued-jobs.ts';
import { createTurns } from './fairness/turns.ts';
import { requireTool } from './ffmpeg/require-tool.ts';
import { tryTool } from './ffmpeg/try-tool.ts';
import { createConvert } from './job/convert.ts';
import { convertWhenAccepted } from './job/convert-when-accepted.ts';
import { convertWhenIdle } from './job/convert-when-idle.ts';
import { createCurrentConversions } from './job/current-conversions.ts';
import { measureSpeed } from './job/measure-speed.ts';
import { describeFile } from './probe/describe-file.ts';
import { openSandbox } from './sandbox/open-sandbox.ts';
import { countLayers, logSandbox, sandboxState } from './sandbox/report-sandbox.ts';
import { MAX_PARTS } from './transcode/make-sound.ts';
import { createTranscode } from './transcode/transcode.ts';

const env = readEnvironment(converterEnvironment, process.env, renamedVariables);
const log = createLog('converter', env.LOG_LEVEL);
warnOfOldNames(renamedVariables, log);
const stopping = new AbortController();
const times = timesOf(env);

const sidecar = connectSidecar({
  host: env.DAPR_HOST,
  port: env.DAPR_HTTP_PORT,
  grpcPort: env.DAPR_GRPC_PORT,
  apiToken: env.DAPR_API_TOKEN,
});
const spool = createSpool(env.SPOOL_DIR);
const turns = createTurns();
const slots = createCoreSlots(env.CONCURRENCY, turns.first);
const jobs = createJobStore(sidecar.state);
const [ffmpeg] = await Promise.all([
  requireTool(env.FFMPEG_PATH),
  requireTool(env.FFPROBE_PATH),
  spool.prepare(),
]);
const opened = await spool.use(0, (folder) =>
  openSandbox(
    {
      mode: env.SANDBOX,
      tools: [env.FFMPEG_PATH, env.FFPROBE_PATH],
      readable: env.SANDBOX_READ?.split(':') ?? [],
      folder,
    },
    tryTool,
  ),
);
logSandbox(opened, env.SANDBOX, log);
const { sandbox } = opened;
const tools = {
  ffmpeg: { path: env.FFMPEG_PATH, sandbox },
  ffprobe: { path: env.FFPROBE_PATH, sandbox },
};
const metrics = createMetrics('converter');
countLayers(sandbox, metrics.registry);
const speed = createConversionSpeed();
const current = createCurrentConversions();
const estimate = (job: Work) => createWorkEstimate([{ concurrency: 1, ...speed.measured() }])(job);
const conversionLimits = {
  maxDurationSeconds: env.MAX_DURATION_SECONDS,
  maxConvertSeconds: env.MAX_CONVERT_SECONDS,
};
const beginners = createBeginners(sidecar.state, log);
const early =
  env.EARLY_CONVERSION === 'on'
    ? createEarlyConversions(
        {
          ...{ ...tools, state: sidecar.state, spool, slots, beginners, limits: conversionLimits },
          outcomes: countEarly(metrics.registry),
          stoppingSignal: stopping.signal,
          log,
        },
        env.ENCODE_PARALLEL ? Math.min(MAX_PARTS, env.CONCURRENCY) : 1,
      )
    : undefined;
const transcode = createTranscode({
  ...tools,
  ...(env.ENCODE_PARALLEL && { idleCores: slots }),
  parallelCbr: env.PARALLEL_CBR === 'on',
  limits: conversionLimits,
});
const { convert, convertWhileFree, convertBegun } = createConvert({
  jobs,
  confirmMissing: createConfirmMissing(sidecar.state, jobs.find),
  blobs: createBlobStore(sidecar.state),
  publish: createSignedPublish(sidecar.publish, env.EVENT_SECRET),
  spool,
  early,
  transcode: measureSpeed(transcode, speed),
  recordJob: speed.recordJob,
  current,
  slots,
  turns,
  beginners,
  queued: createQueuedJobs({
    state: sidecar.state,
    jobs,
    beginners,
    estimate,
    leaseMs: times.leaseMs,
    stoppingSignal: stopping.signal,
    log,
  }),
  estimate,
  diskFullBackoff: createDiskFullBackoff(),
  times,
  retryPolicy: { forMs: times.saveRetryMs, signal: stopping.signal },
  maxAttempts: env.MAX_ATTEMPTS,
  maxInfrastructureFailures: env.MAX_INFRASTRUCTURE_FAILURES,
  stoppingSignal: stopping.signal,
  log,
});

const storeCheck = startStartupCheck((signal) => requireMarker(sidecar.state, signal), {
  stoppingSignal: stopping.signal,
  log,
});

fitToStore(sidecar, { encoding: env.BLOB_ENCODING, stoppingSignal: stopping.signal, log });

const convertingWhenIdle = convertWhenIdle({
  requireReady: storeCheck,
  slots,
  convertWhileFree,
  stoppingSignal: stopping.signal,
  log,
});

const convertingWhenAccepted =
  early && convertWhenAccepted({ early, convertBegun, stoppingSignal: stopping.signal, log });

const app = createConverterApp({
  convert,
  callerSecrets: env.CALLER_CHECK === 'required' ? env.EVENT_SECRET : undefined,
  probe: {
    spool,
    describe: (folder, request, signal) => describeFile({ ...tools, folder, signal, speed }, request),
  },
  early,
  checks: {
    sidecar: (signal) => sidecar.check(signal),
    store: storeCheck,
  },
  readyDetails: { sandbox: sandboxState(sandbox) },
  requireReady: storeCheck,
  stoppingSignal: stopping.signal,
  apiToken: env.APP_API_TOKEN,
  eventSecrets: env.EVENT_SECRET,
  metrics,
  log,
});

const self = {
  host: hostname().slice(0, 255),
  versions: { release: RELEASE, node: process.versions.node, ffmpeg },
};
const showing = showUntilStopped({
  state: sidecar.state,
  describe: () => ({
    concurrency: env.CONCURRENCY,
    ...speed.measured(),
    ...self,
    conversions: current.list(),
  }),
  stoppingSignal: stopping.signal,
  log,
});
await serve(app.callback(), {
  host: env.HOST,
  port: env.APP_PORT,
  idleMs: 0,
  shutdownSeconds: env.SHUTDOWN_SECONDS,
  stopping,
  log,
  async close() {
    await Promise.all([convertingWhenIdle, convertingWhenAccepted]);
    await Promise.all([early?.settled().then(spool.close) ?? spool.close(), showing]);
    await sidecar.close();
  },
});
