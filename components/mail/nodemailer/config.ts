import { z } from 'zod';
import { wholeNumber } from '../../../services/shared/runtime/config.ts';

export const usage = `node components/mail/nodemailer/main.ts

The output binding bindings.nodemailer, a pluggable component of Dapr: sends mail through nodemailer. It serves daprd on the
Unix socket nodemailer.sock. Start it before daprd, as the same user and with the same socket folder. SIGTERM stops it.

  DAPR_COMPONENTS_SOCKETS_FOLDER  folder of the socket (default /tmp/dapr-components-sockets, the default of daprd)
  SHUTDOWN_SECONDS                time for sends that are under way to finish (default 20)
  LOG_LEVEL                       one of pino's levels (default info)

All other settings are the component's metadata, in mail.yaml.
`;

export const componentEnvironment = z.object({
  DAPR_COMPONENTS_SOCKETS_FOLDER: z.string().default('/tmp/dapr-components-sockets'),
  SHUTDOWN_SECONDS: wholeNumber(20, { min: 1, max: 3600 }),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});
