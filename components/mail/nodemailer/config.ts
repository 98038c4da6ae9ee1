import { z } from 'zod';
import { wholeNumber } from '../../../services/shared/runtime/config.ts';

export const usage = `node components/mail/nodemailer/main.ts

Dapr's output binding bindings.nodemailer, a pluggable component: sends mail by nodemailer. Serves daprd on the Unix socket
nodemailer.sock, and is to run before daprd, as the same user and with the same folder. SIGTERM ends it.

  DAPR_COMPONENTS_SOCKETS_FOLDER  where the socket is (default /tmp/dapr-components-sockets, as daprd's)
  SHUTDOWN_SECONDS                time to end the sends that are under way (default 20)
  LOG_LEVEL                       pino's levels (default info)

Everything else is the component's metadata, in mail.yaml.
`;

export const componentEnvironment = z.object({
  DAPR_COMPONENTS_SOCKETS_FOLDER: z.string().default('/tmp/dapr-components-sockets'),
  SHUTDOWN_SECONDS: wholeNumber(20, { min: 1, max: 3600 }),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});
