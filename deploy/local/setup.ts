import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildPageIfChanged } from '../page/build-if-changed.ts';
import { stopEntries, stopOrphans } from '../process/orphans.ts';
import { portFromEnv } from '../process/ports.ts';
import { readRegistry } from '../process/registry.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { lockDataFolder, serversNeeded } from './launch.ts';
import { startServers } from './servers/servers.ts';
import { checkSpaceToStart } from './space.ts';
import { readDaprYaml } from './system/dapr-yaml.ts';
import { ensureTools } from './tools/tools.ts';
import { writeSecrets } from './write-secrets.ts';

const usage = `npm run setup -- [--stop]

Installs missing programs, and starts the servers for \`dapr run -f .\` in the background: those that the components in
dapr.yaml need (RabbitMQ and MongoDB), MariaDB, and a mail server that shows mails on a web page. Leaves servers that run
already alone. npm start uses these servers as well.

  --stop    stops the servers

  MAIL_PORT, CHECK_DISK and the variables for your own servers work as described in \`npm start -- --help\`.
`;

const repoRoot = path.resolve(import.meta.dirname, '../..');
const dataDir = path.join(repoRoot, '.data');
const signal = stopSignal(dataDir);

async function stop(): Promise<void> {
  const kept = readRegistry(dataDir).filter((entry) => entry.owner === 'setup');
  await stopEntries(dataDir, kept);
  console.log(
    kept.length === 0 ? 'Nothing to stop.' : `Stopped: ${kept.map(({ name }) => name).join(', ')}.`,
  );
}

async function start(): Promise<void> {
  await stopOrphans(dataDir, report);
  const needed = serversNeeded(readDaprYaml(repoRoot, {}));
  checkSpaceToStart(dataDir, needed, report);
  const tools = await ensureTools({ repoRoot, needed, report, signal });
  await buildPageIfChanged();
  report('Starting the servers …');
  const servers = await startServers({
    repoRoot,
    dataDir,
    needed,
    tools,
    report,
    signal,
    ports: { mail: portFromEnv('MAIL_PORT', 1080) },
    keep: true,
  });
  const publicUrl = process.env.PUBLIC_URL ?? `http://localhost:${portFromEnv('GATEWAY_PORT', 8080)}`;
  writeSecrets({ stateRoot: repoRoot, servers, publicUrl });
  console.log(`
  The servers run in the background. Mails: ${servers.mail.webUrl ?? servers.mail.smtpHost}

  With the Dapr CLI (once: \`dapr init --slim\`):

    set -a; . .data/env/tokens.env; set +a
    dapr run -f .

  Without it:             npm start
  To stop the servers:    npm run setup -- --stop
`);
}

await runMain(async () => {
  const { values } = parseArgs({
    options: { stop: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const release = lockDataFolder(dataDir);
  try {
    await (values.stop ? stop() : start());
  } finally {
    release();
  }
}, signal);
