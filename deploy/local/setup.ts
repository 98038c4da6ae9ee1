import path from 'node:path';
import { parseArgs } from 'node:util';
import { endEntry, endLeftovers } from '../process/orphans.ts';
import { entries } from '../process/registry.ts';
import { portFrom, report, runMain, stopSignal } from '../process/terminal.ts';
import { claimData, serversNeeded } from './launch.ts';
import { writeSecrets } from './secrets.ts';
import { startServers } from './servers/servers.ts';
import { readDaprYaml } from './system/dapr-yaml.ts';
import { ensureTools } from './tools/tools.ts';

const usage = `npm run setup -- [--stop]

Installs what is missing and starts the servers that the components in dapr.yaml need (as it is: RabbitMQ, MongoDB),
MariaDB and a mail sink in the background, for \`dapr run -f .\`.
What runs already is left as it is. The servers that npm start needs are then shared with it.

  --stop    stops them

  MAIL_PORT and the variables of \`npm start -- --help\` that name servers of yours work here too.
`;

const repoRoot = path.resolve(import.meta.dirname, '../..');
const dataDir = path.join(repoRoot, '.data');
const signal = stopSignal(dataDir);

async function stop(): Promise<void> {
  const kept = entries(dataDir).filter((entry) => entry.owner === 'setup');
  // The broker's name server is needed until the broker is gone.
  const isLast = (name: string): boolean => name === 'epmd';
  await Promise.all(kept.filter(({ name }) => !isLast(name)).map((entry) => endEntry(dataDir, entry)));
  await Promise.all(kept.filter(({ name }) => isLast(name)).map((entry) => endEntry(dataDir, entry)));
  console.log(
    kept.length === 0 ? 'Nothing to stop.' : `Stopped: ${kept.map(({ name }) => name).join(', ')}.`,
  );
}

async function start(): Promise<void> {
  await endLeftovers(dataDir, report);
  const needed = serversNeeded(readDaprYaml(repoRoot, {}));
  const tools = await ensureTools({ repoRoot, needed, report, signal });
  report('Starting the servers …');
  const servers = await startServers({
    repoRoot,
    dataDir,
    needed,
    tools,
    report,
    signal,
    ports: { mail: portFrom('MAIL_PORT', 1080) },
    keep: true,
  });
  const publicUrl = process.env.PUBLIC_URL ?? `http://localhost:${portFrom('GATEWAY_PORT', 8080)}`;
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
  const release = claimData(dataDir);
  try {
    await (values.stop ? stop() : start());
  } finally {
    release();
  }
}, signal);
