import { readEnvironment } from '../shared/config.ts';
import { createLog } from '../shared/log.ts';
import { serve } from '../shared/serve.ts';
import { connectSidecar } from '../shared/sidecar.ts';
import { createNotificationApp } from './app.ts';
import { notificationEnvironment } from './config.ts';
import { createMailRecords } from './mail-record.ts';
import { createMailer } from './mailer.ts';
import { createNotify } from './notify.ts';

/** Beyond its timeout a send still has to be recorded. */
const RECORD_MS = 15_000;

const env = readEnvironment(notificationEnvironment);
const log = createLog('notification', env.LOG_LEVEL);
const stopping = new AbortController();
const timeoutMs = env.MAIL_TIMEOUT_SECONDS * 1000;

const sidecar = connectSidecar({
  host: env.DAPR_HOST,
  port: env.DAPR_HTTP_PORT,
  apiToken: env.DAPR_API_TOKEN,
});
const notify = createNotify({
  records: createMailRecords(sidecar.state, { leaseMs: timeoutMs + RECORD_MS, pollMs: 1000 }),
  mailer: createMailer(sidecar.sendMail, { from: env.MAIL_FROM, timeoutMs }),
  stopping: stopping.signal,
  log,
});

const app = createNotificationApp({
  notify,
  checks: { sidecar: (signal) => sidecar.check(signal) },
  stopping: stopping.signal,
  apiToken: env.APP_API_TOKEN,
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
