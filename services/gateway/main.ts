import { createBlobStore } from '../shared/blobs.ts';
import { readEnvironment } from '../shared/config.ts';
import { createJobIndex } from '../shared/job-index.ts';
import { createJobStore } from '../shared/job-store.ts';
import { createLog } from '../shared/log.ts';
import { createMetrics } from '../shared/metrics.ts';
import { serve } from '../shared/serve.ts';
import { connectSidecar } from '../shared/sidecar.ts';
import { createAccept } from './accept.ts';
import { createAnnouncer } from './announce.ts';
import { createGateway } from './app.ts';
import { createAuthenticate } from './authenticate.ts';
import { environment } from './config.ts';
import { createLinks } from './links.ts';
import { createSweep } from './sweep.ts';

const env = readEnvironment(environment);
const log = createLog('gateway', env.LOG_LEVEL);
const stopping = new AbortController();
const retentionSeconds = env.RETENTION_HOURS * 3600;
const maxUploadBytes = env.MAX_UPLOAD_BYTES;

const sidecar = connectSidecar({
  host: env.DAPR_HOST,
  port: env.DAPR_HTTP_PORT,
  apiToken: env.DAPR_API_TOKEN,
});
const { state, publish, invoke } = sidecar;
const blobs = createBlobStore(state);
const jobs = createJobStore(state);
const index = createJobIndex(state, retentionSeconds);
const links = createLinks(env.PUBLIC_URL, env.LINK_SECRET);
const announcer = createAnnouncer(publish, log);
const authenticate = createAuthenticate(invoke, { issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE });
const accept = createAccept({
  blobs,
  jobs,
  index,
  links,
  announce: announcer.announce,
  maxUploadBytes,
  retentionSeconds,
});
const sweep = createSweep({ state, jobs, index, publish, log, silentSeconds: env.SILENT_SECONDS });

const app = createGateway({
  authenticate,
  accept,
  invoke,
  jobs,
  index,
  blobs,
  links,
  maxUploadBytes,
  checks: { sidecar: (signal) => sidecar.check(signal) },
  metrics: createMetrics('gateway'),
  stopping: stopping.signal,
  log,
});

const sweeping = sweep.run(env.SWEEP_SECONDS, stopping.signal);

await serve(app.callback(), {
  host: env.HOST,
  port: env.APP_PORT,
  shutdownSeconds: env.SHUTDOWN_SECONDS,
  stopping,
  log,
  async close() {
    await sweeping;
    await announcer.settled();
    await sidecar.close();
  },
});
