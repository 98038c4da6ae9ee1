import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { portFrom, report, runMain, stopSignal } from '../process/terminal.ts';
import { type Launched, launch } from './launch.ts';
import { type Choice, KINDS } from './system/components.ts';

const usage = `npm start -- [--pubsub <choice>] [--blobs <choice>] [--mail <choice>]

Installs what is missing, starts the servers, the four services and their sidecars, and runs until Ctrl-C.

  --pubsub  what carries the events: rabbitmq, rabbitmq-quorum, redis, jetstream (default: rabbitmq)
  --blobs   where videos, MP3s and jobs are kept: sqlite, mongodb, postgresql, redis (default: sqlite)
  --mail    what sends the mails: nodemailer, smtp (default: nodemailer)
            Each is a folder in components/, which says more; ./path/to/a/folder of your own will do, too.

  GATEWAY_PORT  the gateway's port (default 8080)
  MAIL_PORT     the port of the page with the mails (default 1080)
  PUBLIC_URL    the address in mails, if users reach the gateway by another one
  RABBITMQ_URL, REDIS_URL, NATS_URL, MYSQL_URL, MONGODB_URL, POSTGRESQL_URL,
  SMTP_HOST with SMTP_PORT, SMTP_USER, SMTP_PASSWORD
                servers of yours, instead of those that would be started
`;

function screen({ servers, system }: Launched, gatewayPort: number): string {
  const { reused, mail } = servers;
  const left = reused.length > 0 ? ` (except ${reused.join(', ')}, which npm run setup started)` : '';
  return `
  mp3converter runs.

  Gateway           http://localhost:${gatewayPort}
  Mails             ${mail.webUrl ?? `go to ${mail.smtpHost}:${mail.smtpPort}`}

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
  // `npm start` changes to the project's folder, and keeps the caller's here.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const choice: Choice = {};
  for (const kind of KINDS) {
    const name = values[kind];
    if (name !== undefined) choice[kind] = name.includes('/') ? path.resolve(cwd, name) : name;
  }
  const gatewayPort = portFrom('GATEWAY_PORT', 8080);
  const mailPort = portFrom('MAIL_PORT', 1080);
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
  console.log('Stopping: services finish or hand back their work (up to half a minute) …');
  await launched.stop();
  const { reused } = launched.servers;
  console.log(
    reused.length > 0
      ? `Stopped. Still running, by npm run setup: ${reused.join(', ')}. \`npm run setup -- --stop\` ends them.`
      : 'Stopped; nothing is left running.',
  );
}, signal);
