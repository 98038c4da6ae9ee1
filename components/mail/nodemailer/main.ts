import { parseArgs, promisify } from 'node:util';
import { ServerCredentials } from '@grpc/grpc-js';
import { readEnvironment } from '../../../services/shared/runtime/config.ts';
import { createLog } from '../../../services/shared/runtime/log.ts';
import { createBinding, resumeBinding } from './binding.ts';
import { componentEnvironment, usage } from './config.ts';
import { createSavedSettings } from './saved-settings.ts';
import { createService } from './service.ts';
import { freeSocket } from './socket.ts';

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  console.log(usage);
  process.exit(0);
}

const env = readEnvironment(componentEnvironment);
const log = createLog('mail.nodemailer', env.LOG_LEVEL);
// Only this user may open the socket and its folder.
process.umask(0o077);
const socket = await freeSocket(env.DAPR_COMPONENTS_SOCKETS_FOLDER, 'nodemailer.sock').catch(
  (error: Error) => {
    log.fatal(error.message);
    process.exit(1);
  },
);
const saved = createSavedSettings(socket.replace(/sock$/, 'json'));
const binding = createBinding(log, saved);
await resumeBinding(binding, saved, log);
const server = createService(binding);
await promisify(server.bindAsync.bind(server))(`unix:${socket}`, ServerCredentials.createInsecure());
log.info({ socket }, 'listening');

/** Accepts no new sends, waits for those under way, cuts off and answers the ones that take too long, and removes the socket. */
async function stop(): Promise<void> {
  const deadline = setTimeout(() => {
    log.warn('some sends did not end in time');
    binding.close();
    setTimeout(() => server.forceShutdown(), 1_000).unref();
  }, env.SHUTDOWN_SECONDS * 1000);
  await promisify(server.tryShutdown.bind(server))();
  clearTimeout(deadline);
  binding.close();
  log.info('stopped');
  process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ signal }, 'stopping');
    void stop();
  });
}
