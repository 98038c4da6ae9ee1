import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { writePrivate } from '../process/private-files.ts';
import { run } from '../process/run.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { which } from '../process/which.ts';
import { buildImages } from './build-images.ts';
import { dockerAt, type Engine, engineHome, openEngine } from './engine.ts';
import { imageNames, imageOf, SERVICES } from './image-names.ts';
import { writeDockerSecrets } from './secrets.ts';

const usage = `npm run compose -- up|down|ps|logs|… [arguments of docker compose]

Runs the whole system in Docker: makes passwords (kept in .data/docker, never in the repository), builds the images that
are missing, and hands over to Docker Compose 2 with deploy/docker/compose.yaml.

  npm run compose -- up               until Ctrl-C
  npm run compose -- up --detach      in the background, where a Docker engine runs already
  npm run compose -- ps               what runs, and how it is
  npm run compose -- logs converter   the log of one
  npm run compose -- down --volumes   ends it, and deletes all that is stored

  GATEWAY_PORT  the gateway's port on this machine (default 8080)
  MAIL_PORT     the port of the page with the mails (default 1080)
  PUBLIC_URL    the address in mails, if users reach the gateway by another one
  PUBSUB, BLOBS, MAIL
                folders of components/: rabbitmq (default) or rabbitmq-quorum, mongodb, nodemailer (default) or smtp;
                the others need servers that compose.yaml does not have
  …_IMAGE       other images; see npm run images -- --help
`;

const repoRoot = path.resolve(import.meta.dirname, '../..');
const dataDir = path.join(repoRoot, '.data');
/** Over the longest grace in compose.yaml, one service after the other. */
const STOP_MS = 120_000;
// A Ctrl-C reaches Compose by itself; we only outlive it.
const signal = stopSignal(engineHome());

/** `docker compose` as a plugin, or as a program of its own; version 2 or newer. */
async function findCompose(engine: Engine): Promise<[string, ...string[]]> {
  const standalone = which('docker-compose');
  const candidates: [string, ...string[]][] = [[engine.docker, 'compose']];
  if (standalone !== undefined) candidates.push([standalone]);
  for (const candidate of candidates) {
    const [command, ...args] = candidate;
    const options = {
      what: 'Looking for Docker Compose',
      report,
      signal,
      env: engine.env,
      timeoutMs: 10_000,
    };
    const version = await run(command, [...args, 'version', '--short'], options).catch(() => '');
    if (/^v?([2-9]|\d\d)\./.test(version.trim())) return candidate;
  }
  throw new Error(
    'Docker Compose 2 is missing: install the package docker-compose-plugin (or docker-compose-v2).',
  );
}

/** Those whose servers compose.yaml has. */
const CHOICES = {
  PUBSUB: ['rabbitmq', 'rabbitmq-quorum'],
  BLOBS: ['mongodb'],
  MAIL: ['nodemailer', 'smtp'],
};

function checkChoices(): void {
  for (const [variable, choices] of Object.entries(CHOICES)) {
    const chosen = process.env[variable];
    if (chosen && !choices.includes(chosen))
      throw new Error(`${variable} is ${chosen}; in Docker it may be ${choices.join(' or ')}.`);
  }
}

async function composeUp(engine: Engine, args: string[]): Promise<number> {
  const [command, ...words] = await findCompose(engine);
  const secrets = writeDockerSecrets({ dataDir: path.join(dataDir, 'docker') });
  const publicUrl = process.env.PUBLIC_URL || `http://localhost:${process.env.GATEWAY_PORT || 8080}`;
  const envFile = path.join(dataDir, 'docker', 'compose.env');
  const values = {
    ...imageNames(dataDir),
    ...secrets.env,
    PUBLIC_URL: publicUrl,
    // The SMTP binding mixes up mails that are sent at once.
    ...(process.env.MAIL === 'smtp' && { MAIL_CONCURRENCY: '1' }),
  };
  writePrivate(
    envFile,
    Object.entries(values)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
  const file = path.join(import.meta.dirname, 'compose.yaml');
  const child = spawn(command, [...words, '--env-file', envFile, '--file', file, ...args], {
    stdio: 'inherit',
    env: engine.env,
  });
  // A Ctrl-C reaches it from the terminal; a second signal would make it kill what is to end in order.
  for (const name of ['SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
    });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const isDetached = (args: string[]): boolean => args.some((arg) => arg === '--detach' || arg === '-d');

let code = 0;
await runMain(async () => {
  const args = process.argv.slice(2);
  if (args.length === 0 || args[0] === '--help' || args[0] === '-h') return console.log(usage);
  checkChoices();
  const engine = await openEngine({ report, signal });
  try {
    if (engine.isPrivate && isDetached(args))
      throw new Error(
        'Nothing can stay in the background: no Docker engine runs here, and the one that was started for this run ends with it. Start one (systemctl start docker), or leave out --detach.',
      );
    if (args[0] === 'up') {
      const docker = dockerAt(engine, { report, signal });
      const names = imageNames(dataDir);
      const images = SERVICES.map((service) => imageOf(names, service));
      const isBuilt = await docker('Looking for the images', [
        'image',
        'inspect',
        '--format',
        'ok',
        ...images,
      ]).then(
        () => true,
        () => false,
      );
      if (!isBuilt) await buildImages({ repoRoot, engine, report, signal });
    }
    code = await composeUp(engine, args);
  } finally {
    await engine.stop();
  }
  if (code !== 0) throw new Error(`docker compose ended with code ${code}.`);
}, signal);
