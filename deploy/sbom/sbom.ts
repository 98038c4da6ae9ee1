import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { pageInputs } from '../page/build.ts';
import { packagesOf } from '../page/packages.ts';
import { type Component, componentOf, type Sbom } from './component.ts';
import { DPKG_FORMAT, debianComponents } from './debian-packages.ts';
import { goComponents } from './go-modules.ts';
import { npmSbom, withoutDevelopment } from './npm-packages.ts';

const exec = promisify(execFile);

/** The Debian packages that a converter runs. */
const SYSTEM_PACKAGES = ['ffmpeg', 'bubblewrap', 'util-linux'];
/** The Go programs that are built here. */
const GO_PROGRAMS = {
  daprd: 'deploy/local/daprd/go.mod',
  confine: 'services/converter/sandbox/launcher/go.mod',
};

/**
 * Lists what runs: the npm packages of the lock file but those for development alone, with those of the page, the Go modules of daprd and
 * of the launcher, and the Debian packages of ffmpeg and the sandbox. It asks no server. Throws where npm is older than 10.
 */
export async function createSbom(repoRoot: string, signal: AbortSignal): Promise<Sbom> {
  const [all, inputs] = await Promise.all([npmSbom(repoRoot, signal), pageInputs()]);
  const sbom = withoutDevelopment(all, packagesOf(inputs, repoRoot));
  sbom.metadata.component.name = 'mp3converter';
  const ofGo = Object.entries(GO_PROGRAMS)
    .map(([part, file]) => ({ part, file: path.join(repoRoot, file) }))
    .filter(({ file }) => existsSync(file))
    .flatMap(({ part, file }) => goComponents(readFileSync(file, 'utf8'), part));
  return { ...sbom, components: [...sbom.components, ...ofGo, ...(await systemComponents(signal))] };
}

async function systemComponents(signal: AbortSignal): Promise<Component[]> {
  const packages = await exec('dpkg-query', ['--show', `--showformat=${DPKG_FORMAT}`], {
    maxBuffer: 64 * 1024 ** 2,
    signal,
  })
    .then(({ stdout }) => debianComponents(stdout, SYSTEM_PACKAGES, distribution()))
    .catch(() => []);
  const chosen = process.env.FFMPEG_PATH;
  const isPackaged = packages.some(({ name }) => name === 'ffmpeg');
  return chosen || !isPackaged ? [...packages, ...(await ffmpeg(chosen || 'ffmpeg', signal))] : packages;
}

/** An ffmpeg that is no Debian package, by its own word. */
async function ffmpeg(program: string, signal: AbortSignal): Promise<Component[]> {
  const said = await exec(program, ['-version'], { signal }).catch(() => undefined);
  const version = /^ffmpeg version (\S+)/.exec(said?.stdout ?? '')?.[1];
  return version === undefined
    ? []
    : [componentOf({ type: 'application', name: 'ffmpeg', version }, 'system')];
}

function distribution(): string {
  try {
    return /^ID=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'debian';
  } catch {
    return 'debian';
  }
}
