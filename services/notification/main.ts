import { connectSidecar } from '../shared/dapr/sidecar.ts';
import { serve } from '../shared/http/http-server.ts';
import { createMetrics } from '../shared/http/metrics.ts';
import { readEnvironment, warnOfOldNames } from '../shared/runtime/config.ts';
import { createLog } from '../shared/runtime/log.ts';
import { startStartupCheck } from '../shared/runtime/startup-check.ts';
import { requireMarker } from '../shared/state/store-marker.ts';
import { createAddressLimit } from './address-limit.ts';
import { createNotificationApp } from './app.ts';
import { notificationEnvironment, renamedVariables, TIMES } from './config.ts';
import { createMailRecords } from './mail-record.ts';
import { checkMailBinding, createMailer } from './mailer.ts';
import { createNotify } from './notify-once.ts';
import { createSendOnce, type SendOncePorts } from './send-once.ts';

const env = readEnvironment(notificationEnvironment, process.env, renamedVariables);
const log = createLog('notification', env.LOG_LEVEL);
warnOfOldNames(renamedVariables, log);
const stopping = new AbortController();

const sidecar = connectSidecar({
  host: env.DAPR_HOST,
  port: env.DAPR_HTTP_PORT,
  apiToken: env.DAPR_API_TOKEN,
});
const sending: SendOncePorts = {
  records: createMailRecords(sidecar.state, TIMES.lease),
  mailer: createMailer(sidecar.sendMail, { from: env.MAIL_FROM }),
  concurrency: env.MAIL_CONCURRENCY,
  stallTimeoutMs: env.MAIL_STALL_SECONDS * 1000,
  renewMs: TIMES.renewMs,
  retryPolicy: { forMs: TIMES.saveRetryMs, signal: stopping.signal },
  addressLimit: createAddressLimit(sidecar.state, env.MAX_MAILS_PER_ADDRESS_PER_HOUR),
  stoppingSignal: stopping.signal,
  log,
};
const sendOnce = createSendOnce(sending);

const startup = { stoppingSignal: stopping.signal, log };
const storeCheck = startStartupCheck((signal) => requireMarker(sidecar.state, signal), startup);
const mailCheck = startStartupCheck(
  (signal) => checkMailBinding(sidecar.mailBinding, env.MAIL_CONCURRENCY, signal),
  startup,
);

const app = createNotificationApp({
  notify: createNotify(sending, sendOnce),
  sendOnce,
  callerSecrets: env.CALLER_CHECK === 'required' ? env.EVENT_SECRET : undefined,
  checks: {
    sidecar: (signal) => sidecar.check(signal),
    store: storeCheck,
    mail: mailCheck,
  },
  requireReady: () => Promise.all([storeCheck(), mailCheck()]),
  stoppingSignal: stopping.signal,
  apiToken: env.APP_API_TOKEN,
  eventSecrets: env.EVENT_SECRET,
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
