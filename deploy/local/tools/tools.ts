import { type Report, run } from '../processes/run.ts';
import { aptInstall, canInstall } from './apt.ts';
import { ensureDaprd } from './daprd.ts';
import { find } from './find.ts';
import { givenServers } from './given.ts';
import { canFetchMongod, fetchMongod, findMongod, missingForMongod } from './mongod.ts';

/** Paths of programs. A server whose program is undefined runs in Docker, unless it is given by URL. */
export interface Tools {
  daprd: string;
  docker: string | undefined;
  rabbitmq: string | undefined;
  mariadb: { server: string; install: string } | undefined;
  mongod: string | undefined;
}

// Debian's /usr/sbin/rabbitmq-server changes to the user rabbitmq, who may not write to our folder.
const findRabbitmq = (): string | undefined => find('rabbitmq-server', ['/usr/lib/rabbitmq/bin']);

function findMariadb(): Tools['mariadb'] {
  const server = find('mariadbd');
  const install = find('mariadb-install-db');
  return server === undefined || install === undefined ? undefined : { server, install };
}

async function findDocker(report: Report, signal: AbortSignal): Promise<string | undefined> {
  const docker = find('docker');
  if (docker === undefined) return undefined;
  const answers = await run(docker, ['info'], {
    what: 'docker info',
    report,
    signal,
    timeoutMs: 10_000,
  }).then(
    () => true,
    () => false,
  );
  return answers ? docker : undefined;
}

export interface ToolsOptions {
  repoRoot: string;
  mongodb: boolean;
  report: Report;
  signal: AbortSignal;
}

/** Makes sure that every program is there, installing what may be installed; else one error names all that is missing. */
export async function ensureTools({ repoRoot, mongodb, report, signal }: ToolsOptions): Promise<Tools> {
  const given = givenServers();
  const wantsMongod = mongodb && given.mongodb === undefined;
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const guard = <T>(work: Promise<T>): Promise<T> => {
    work.catch((error: unknown) => failed.abort(error));
    return work;
  };
  const results = await Promise.allSettled([
    guard(ensureDaprd(repoRoot, report, either)),
    guard(installServers({ given, wantsMongod, report, signal: either })),
  ]);
  signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  const tools = {
    daprd: (results[0] as PromiseFulfilledResult<string>).value,
    rabbitmq: findRabbitmq(),
    mariadb: findMariadb(),
    mongod: wantsMongod ? findMongod() : undefined,
  };
  const inDocker = [
    given.rabbitmq === undefined &&
      tools.rabbitmq === undefined &&
      'RabbitMQ: install rabbitmq-server, or set RABBITMQ_URL',
    given.mysql === undefined &&
      tools.mariadb === undefined &&
      'MySQL: install mariadb-server, or set MYSQL_URL',
    wantsMongod &&
      tools.mongod === undefined &&
      'MongoDB: install mongod, set MONGOD_PATH or MONGODB_URL, or use --blobs sqlite',
  ].filter((line) => typeof line === 'string');
  const docker = inDocker.length === 0 ? undefined : await findDocker(report, signal);
  const missing = ['ffmpeg', 'ffprobe']
    .filter((name) => find(name) === undefined)
    .map((name) => `${name}: install the package ffmpeg`);
  if (docker === undefined) missing.push(...inDocker);
  if (missing.length > 0) {
    const hint =
      'Run as root on Debian or Ubuntu and it is installed for you; with a running Docker, the servers run in it.';
    throw new Error(`These are missing:\n${missing.map((line) => `  - ${line}`).join('\n')}\n${hint}`);
  }
  return { ...tools, docker };
}

async function installServers(options: {
  given: ReturnType<typeof givenServers>;
  wantsMongod: boolean;
  report: Report;
  signal: AbortSignal;
}): Promise<void> {
  const { given, wantsMongod, report, signal } = options;
  const packages: string[] = [];
  const services: string[] = [];
  if (find('ffmpeg') === undefined || find('ffprobe') === undefined) packages.push('ffmpeg');
  if (given.rabbitmq === undefined && findRabbitmq() === undefined) {
    packages.push('rabbitmq-server');
    services.push('rabbitmq-server.service', 'epmd.socket', 'epmd.service');
  }
  if (given.mysql === undefined && findMariadb() === undefined) {
    packages.push('mariadb-server');
    services.push('mariadb.service');
  }
  if (wantsMongod) packages.push(...(await missingForMongod()));
  if (packages.length > 0 && canInstall()) await aptInstall(packages, services, report, signal);
  if (wantsMongod && findMongod() === undefined && canFetchMongod()) await fetchMongod(report, signal);
}
