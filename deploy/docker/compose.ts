import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { writePrivate } from '../../services/shared/runtime/private-files.ts';
import { run } from '../process/run.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { which } from '../process/which.ts';
import { buildImages } from './build-images.ts';
import { composeFiles } from './compose-files.ts';
import { dockerAt, type Engine, engineHome } from './docker-client.ts';
import { writeDockerSecrets } from './docker-secrets.ts';
import { openEngine } from './engine.ts';
import { imageNames, imageOf, SERVICES } from './image-names.ts';

const usage = `npm run compose -- up|down|ps|logs|… [arguments of docker compose]

Runs the whole system in Docker: generates the passwords (kept in .data/docker, never in the repository), builds missing
images, and runs Docker Compose 2 with deploy/docker/compose.yaml.

  npm run compose -- up               runs the system until Ctrl-C
  npm run compose -- up --detach      runs it in the background (needs a running Docker engine)
  npm run compose -- ps               shows the containers and their health
  npm run compose -- logs converter   shows the log of one service
  npm run compose -- down --volumes   stops the system and deletes all stored data

  GATEWAY_PORT  port of the gateway on this machine (default 8080)
  MAIL_PORT     port of the page that shows the mails (default 1080)
  PUBLIC_URL    address in the links of mails, if it differs from http://localhost:GATEWAY_PORT
  CORS_ORIGINS  origins of web pages that may call the API from a browser, separated by commas
  GUESTS        true lets people start on the web page as guests; GUEST_MAX_UPLOAD_BYTES,
                GUEST_RETENTION_SECONDS, GUEST_MAX_UNFINISHED, GUESTS_MAX_UNFINISHED are their limits
  OIDC_PROVIDERS
                other systems by which people sign in (docs/sign-in.md); it opens a way out for auth, so set it for
                each command, also for down
  SANDBOX       required (default), auto or off: whether the converter starts where ffmpeg cannot be confined
  PUBSUB, BLOBS, MAIL
                folders of components/: rabbitmq (default) or rabbitmq-quorum; mongodb; nodemailer (default) or smtp.
                The other folders need servers that compose.yaml does not include.
  …_IMAGE       other images; see npm run images -- --help
`;

const repoRoot = path.resolve(import.meta.dirname, '../..');
const dataDir = path.join(repoRoot, '.data');
/** Longer than Compose takes to stop all services one after the other, each within its stop_grace_period. */
const STOP_MS = 120_000;
// The terminal sends Ctrl-C to Compose as well, so this process only waits for Compose to end.
const signal = stopSignal(engineHome());

/** Finds Docker Compose, version 2 or newer: the plugin `docker compose`, or else the program docker-compose. */
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

/** The choices for which compose.yaml has the servers. */
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

async function runCompose(engine: Engine, args: string[]): Promise<number> {
  const [command, ...words] = await findCompose(engine);
  const secrets = writeDockerSecrets({ dataDir: path.join(dataDir, 'docker') });
  const publicUrl = process.env.PUBLIC_URL || `http://localhost:${process.env.GATEWAY_PORT || 8080}`;
  const envFile = path.join(dataDir, 'docker', 'compose.env');
  const values = {
    ...imageNames(dataDir),
    ...secrets.env,
    PUBLIC_URL: publicUrl,
    // The SMTP binding mixes up mails that are sent at the same time.
    ...(process.env.MAIL === 'smtp' && { MAIL_CONCURRENCY: '1' }),
  };
  writePrivate(
    envFile,
    Object.entries(values)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
  const files = composeFiles(process.env).flatMap((file) => ['--file', file]);
  const child = spawn(command, [...words, '--env-file', envFile, ...files, ...args], {
    stdio: 'inherit',
    env: engine.env,
  });
  // Ctrl-C is not passed on: Compose gets it from the terminal, and on a second signal it would kill the containers.
  for (const name of ['SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
    });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function buildMissingImages(engine: Engine): Promise<void> {
  const names = imageNames(dataDir);
  const images = SERVICES.map((service) => imageOf(names, service));
  const docker = dockerAt(engine, { report, signal });
  const areBuilt = await docker('Looking for the images', [
    ...['image', 'inspect', '--format', 'ok', ...images],
  ]).then(
    () => true,
    () => false,
  );
  if (!areBuilt) await buildImages({ repoRoot, engine, report, signal });
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
        '--detach needs a running Docker engine: none is running, and the private one that was started for this run ends with it. Start one (systemctl start docker), or leave out --detach.',
      );
    if (args[0] === 'up') await buildMissingImages(engine);
    code = await runCompose(engine, args);
  } finally {
    await engine.stop();
  }
  if (code !== 0) throw new Error(`docker compose ended with code ${code}.`);
}, signal);
