import { connectSidecar } from '../shared/dapr/sidecar.ts';
import { serve } from '../shared/http/http-server.ts';
import { createMetrics } from '../shared/http/metrics.ts';
import { readEnvironment, warnOfOldNames } from '../shared/runtime/config.ts';
import { createLog } from '../shared/runtime/log.ts';
import { startStartupCheck } from '../shared/runtime/startup-check.ts';
import { requireMarker } from '../shared/state/store-marker.ts';
import { createNotificationApp } from './app.ts';
import { notificationEnvironment, renamedVariables } from './config.ts';
import { createMailRecords } from './mail-record.ts';
import { checkMailBinding, createMailer } from './mailer.ts';
import { createNotify } from './notify.ts';

/** A send whose record is not renewed for this long has lost its process. */
const times = { leaseMs: 20_000, pollMs: 500 };
const RENEW_MS = 2_000;
/** What is not recorded as sent is sent again. */
const SAVE_MS = 10 * 60_000;

const env = readEnvironment(notificationEnvironment, process.env, renamedVariables);
const log = createLog('notification', env.LOG_LEVEL);
warnOfOldNames(renamedVariables, log);
const stopping = new AbortController();

const sidecar = connectSidecar({
  host: env.DAPR_HOST,
  port: env.DAPR_HTTP_PORT,
  apiToken: env.DAPR_API_TOKEN,
});
const notify = createNotify({
  records: createMailRecords(sidecar.state, times),
  mailer: createMailer(sidecar.sendMail, { from: env.MAIL_FROM }),
  concurrency: env.MAIL_CONCURRENCY,
  stallTimeoutMs: env.MAIL_STALL_SECONDS * 1000,
  renewMs: RENEW_MS,
  retryPolicy: { forMs: SAVE_MS, signal: stopping.signal },
  stopping: stopping.signal,
  log,
});

const proving = { stopping: stopping.signal, log };
const storeProof = startStartupCheck((signal) => requireMarker(sidecar.state, signal), proving);
const mailProof = startStartupCheck(
  (signal) => checkMailBinding(sidecar.mailBinding, env.MAIL_CONCURRENCY, signal),
  proving,
);

const app = createNotificationApp({
  notify,
  checks: {
    sidecar: (signal) => sidecar.check(signal),
    store: storeProof,
    mail: mailProof,
  },
  requireReady: () => Promise.all([storeProof(), mailProof()]),
  stopping: stopping.signal,
  apiToken: env.APP_API_TOKEN,
  metrics: createMetrics('notification'),
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
    await sidecar.close();
  },
});
