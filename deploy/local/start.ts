import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { portFromEnv } from '../process/ports.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { type Launched, launch } from './launch.ts';
import { type Choice, KINDS } from './system/components.ts';

const usage = `npm start -- [--pubsub <choice>] [--blobs <choice>] [--mail <choice>]

Installs missing programs, starts the servers, the four services and their sidecars, and runs until Ctrl-C.

  --pubsub  the broker for the events: rabbitmq, rabbitmq-quorum, redis, jetstream (default: rabbitmq)
  --blobs   the store for videos, MP3s and jobs: sqlite, mongodb, postgresql, redis (default: sqlite)
  --mail    the component that sends the mails: nodemailer, smtp (default: nodemailer)
            Each choice is a folder in components/. You can also give ./path/to/a/folder of your own.

Environment variables:
  GATEWAY_PORT  the gateway's port (default 8080)
  MAIL_PORT     the port of the web page with the mails (default 1080)
  PUBLIC_URL    the gateway's address in mails (default http://localhost:GATEWAY_PORT)
  RABBITMQ_URL, REDIS_URL, NATS_URL, MYSQL_URL, MONGODB_URL, POSTGRESQL_URL,
  SMTP_HOST with SMTP_PORT, SMTP_USER, SMTP_PASSWORD
                your own servers, which are then used instead of starting one
`;

/** What the terminal shows when the system has started. */
function screen({ servers, system }: Launched, gatewayPort: number): string {
  const { reused, mail } = servers;
  const left = reused.length > 0 ? ` (except ${reused.join(', ')}, which npm run setup started)` : '';
  return `
  mp3converter runs.

  Gateway           http://localhost:${gatewayPort}
  Mails             ${mail.webUrl ?? `are sent to ${mail.smtpHost}:${mail.smtpPort}`}

  Convert a file    npm run convert -- movie.mp4
  Logs              ${path.relative(process.cwd(), system.logsDir) || system.logsDir}

  Ctrl-C stops everything${left}.
`;
}

const repoRoot = path.resolve(import.meta.dirname, '../..');
const signal = stopSignal(path.join(repoRoot, '.data'));

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      pubsub: { type: 'string' },
      blobs: { type: 'string', default: 'sqlite' },
      mail: { type: 'string', default: 'nodemailer' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  // npm changes to the project's folder. It keeps the caller's working folder in INIT_CWD.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const choice: Choice = {};
  for (const kind of KINDS) {
    const name = values[kind];
    if (name !== undefined) choice[kind] = name.includes('/') ? path.resolve(cwd, name) : name;
  }
  const gatewayPort = portFromEnv('GATEWAY_PORT', 8080);
  const mailPort = portFromEnv('MAIL_PORT', 1080);
  const publicUrl = process.env.PUBLIC_URL ?? `http://localhost:${gatewayPort}`;
  const launched = await launch({
    repoRoot,
    choice,
    gatewayPort,
    mailPort,
    publicUrl,
    superviseServers: true,
    report,
    signal,
  });
  console.log(screen(launched, gatewayPort));
  const alive = setInterval(() => {}, 60_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(alive);
  console.log('Stopping. The services finish or hand back their work (up to half a minute) …');
  await launched.stop();
  const { reused } = launched.servers;
  console.log(
    reused.length > 0
      ? `Stopped. These servers of npm run setup keep running: ${reused.join(', ')}. \`npm run setup -- --stop\` stops them.`
      : 'Stopped; nothing is left running.',
  );
}, signal);
