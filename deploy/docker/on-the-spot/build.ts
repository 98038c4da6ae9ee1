import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ensureDaprd } from '../../local/tools/daprd.ts';
import { fetchMongod, findMongod } from '../../local/tools/mongod.ts';
import { aptInstall, canInstall } from '../../process/apt.ts';
import { makePrivateDir } from '../../process/private-files.ts';
import { type Report, run } from '../../process/run.ts';
import { which } from '../../process/which.ts';
import { dockerAt, type Engine, engineHome } from '../engine.ts';
import type { Official } from '../image-names.ts';

// Where no image can be pulled: the same servers out of package registries, on a Debian made by debootstrap. They take the
// environment and the arguments of the official images as far as compose.yaml and the tests use them.

export interface OnTheSpot {
  repoRoot: string;
  engine: Engine;
  report: Report;
  signal: AbortSignal;
}

const SUITE = 'bookworm';
const DEBIAN = `mp3converter/on-the-spot-debian:${SUITE}`;
const BUILD_MS = 30 * 60_000;
const nameOf = (folder: string): string => `mp3converter/on-the-spot-${folder}:dev`;

/** Builds the stand-in for an official image, and returns its name. What has not changed takes a second or two. */
export async function buildOnTheSpot(wanted: Official, options: OnTheSpot): Promise<string> {
  const folder = {
    BASE_IMAGE: 'node',
    DAPRD_IMAGE: 'daprd',
    RABBITMQ_IMAGE: 'rabbitmq',
    MONGODB_IMAGE: 'mongodb',
    MYSQL_IMAGE: 'mariadb',
    MAILDEV_IMAGE: 'maildev',
  }[wanted];
  const context = mkdtempSync(path.join(makePrivateDir(engineHome()), 'context-'));
  try {
    cpSync(path.join(import.meta.dirname, folder), context, { recursive: true });
    const args = await prepare(folder, context, options);
    await build(nameOf(folder), context, args, options);
    return nameOf(folder);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** Puts into the context what a Dockerfile cannot fetch by itself, and returns its build arguments. */
async function prepare(folder: string, context: string, options: OnTheSpot): Promise<string[]> {
  const { repoRoot, report, signal } = options;
  const at = (name: string): string => path.join(context, name);
  switch (folder) {
    case 'node': {
      await ensureDebian(options);
      copyFileSync(process.execPath, at('node'));
      await fetchNpm(at('npm'), options);
      copyFileSync('/etc/ssl/certs/ca-certificates.crt', at('certificates'));
      await copyAptSettings(at('apt'), options);
      return [`BASE=${DEBIAN}`];
    }
    case 'daprd':
      copyFileSync(await ensureDaprd(repoRoot, report, signal), at('daprd'));
      return [];
    case 'mongodb':
      copyFileSync(findMongod() ?? (await fetchMongod(report, signal)), at('mongod'));
      return [`BASE=${nameOf('node')}`];
    case 'maildev': {
      const lock = JSON.parse(readFileSync(path.join(repoRoot, 'package-lock.json'), 'utf8'));
      return [`BASE=${nameOf('node')}`, `VERSION=${lock.packages['node_modules/maildev'].version}`];
    }
    default:
      return [`BASE=${nameOf('node')}`];
  }
}

async function build(tag: string, context: string, args: string[], options: OnTheSpot): Promise<void> {
  const { engine } = options;
  const docker = dockerAt(engine, options);
  await docker(
    `Building ${tag}`,
    [
      ...['build', '--tag', tag, '--label', 'mp3converter', ...args.flatMap((arg) => ['--build-arg', arg])],
      ...engine.buildArgs,
      context,
    ],
    BUILD_MS,
    (lines) => `${lines} lines`,
  );
}

/** A Debian without documentation, as the slim ones are. */
async function ensureDebian(options: OnTheSpot): Promise<void> {
  const { engine, report, signal } = options;
  const docker = dockerAt(engine, options);
  const known = await docker('Looking for a Debian image', ['image', 'ls', '--quiet', DEBIAN]);
  if (known.trim() !== '') return;
  if (which('debootstrap') === undefined) {
    if (!canInstall())
      throw new Error(
        'No image can be pulled, and without debootstrap none can be made: install it and run this as root, or name an image of your own by BASE_IMAGE.',
      );
    await aptInstall(['debootstrap'], [], report, signal);
  }
  report('Making a Debian image with debootstrap (about half a minute) …');
  const work = mkdtempSync(path.join(makePrivateDir(engineHome()), 'debian-'));
  try {
    const root = path.join(work, 'root');
    const call = (what: string, command: string, args: string[]): Promise<string> =>
      run(command, args, { what, report, signal, timeoutMs: 10 * 60_000, progress: (n) => `${n} steps` });
    await call('debootstrap', which('debootstrap') as string, [
      ...['--variant=minbase', '--include=ca-certificates', SUITE, root],
    ]);
    for (const folder of ['var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'])
      rmSync(path.join(root, folder), { recursive: true, force: true });
    const archive = path.join(work, 'debian.tar');
    const excluded = ['./var/cache/apt/*', './var/log/*', './dev/*'].map((name) => `--exclude=${name}`);
    await call('Packing Debian', 'tar', ['-C', root, ...excluded, '-cf', archive, '.']);
    await docker('Importing Debian', ['import', archive, DEBIAN], 5 * 60_000);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** From its registry: the one of this machine may be spread over a distribution's folders. */
async function fetchNpm(to: string, { report, signal }: OnTheSpot): Promise<void> {
  const options = { what: 'Fetching npm', report, signal, timeoutMs: 5 * 60_000 };
  mkdirSync(to);
  const said = await run('npm', ['pack', 'npm@11', '--silent', '--pack-destination', to], options);
  const archive = path.join(to, said.trim().split('\n').at(-1) ?? '');
  await run('tar', ['-xzf', archive, '-C', to, '--strip-components=1'], options);
  rmSync(archive);
}

/** How this machine reaches Debian: the settings that no package brought. */
async function copyAptSettings(to: string, { report, signal }: OnTheSpot): Promise<void> {
  mkdirSync(to);
  const from = '/etc/apt/apt.conf.d';
  for (const name of readdirSync(from)) {
    const file = path.join(from, name);
    const isPackaged = await run('dpkg-query', ['--search', file], {
      what: 'Asking dpkg',
      report,
      signal,
      timeoutMs: 20_000,
    }).then(
      () => true,
      () => false,
    );
    if (isPackaged) continue;
    // A password of this machine's is no image's.
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => !/:\/\/[^/\s]*@/.test(line));
    writeFileSync(path.join(to, name), lines.join('\n'));
  }
}
