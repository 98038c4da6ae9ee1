import { renameSync, rmSync } from 'node:fs';
import { requireSpace, type SpaceNeed } from '../../process/disk-space.ts';
import { type Report, run } from '../../process/run.ts';
import { type GoFolders, goFolders } from './go.ts';

const PACKAGE = 'github.com/dapr/dapr/cmd/daprd';
/** Go's modules (3 GB unpacked, and their archives) while daprd is built. Measured with 1.18.2, as is the next one. */
const MODULES_BYTES = 4_000e6;
const BUILD_CACHE_BYTES = 2_000e6;
const BUILD_MS = 60 * 60_000;
/** More packages than daprd has (2,900). */
const MAX_PACKAGES = 20_000;

interface DaprdBuild {
  /** The folder whose go.mod requires daprd. */
  folder: string;
  /** Where the program is put, as a whole or not at all. */
  file: string;
  version: string;
  report: Report;
  signal: AbortSignal;
}

/**
 * Builds daprd from its unmodified source.
 * @throws where the disk has too little space, and where the build fails
 */
export async function buildDaprd(
  go: string,
  { folder, file, version, report, signal }: DaprdBuild,
): Promise<void> {
  requireSpace(spaceToBuildDaprd(go));
  const expected = '4 to 10 minutes on 2 cores';
  report(`Building daprd ${version} from source, which is needed once (${expected}) …`, {
    ...{ what: 'Building the Dapr sidecar', detail: expected },
  });
  const unfinished = `${file}.${process.pid}`;
  const flags = `-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${version}`;
  const settings = ['-tags', 'allcomponents', '-trimpath', '-ldflags', flags];
  const options = {
    ...{ report, signal, cwd: folder, timeoutMs: BUILD_MS },
    env: { ...process.env, CGO_ENABLED: '0' },
  };
  try {
    const packages = await countStalePackages(go, settings, options);
    const startedAt = performance.now();
    await run(go, ['build', '-v', ...settings, '-o', unfinished, PACKAGE], {
      ...{ what: 'Building daprd', ...options },
      // Go prints a line for each package.
      progress: (lines) =>
        describeProgress(lines / Math.max(packages, 1), (performance.now() - startedAt) / 1000),
    });
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Downloads the source, and returns how many packages are not compiled yet. */
async function countStalePackages(
  go: string,
  settings: readonly string[],
  options: { report: Report; signal: AbortSignal; cwd: string; env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<number> {
  const args = ['list', '-deps', ...settings, '-f', '{{if .Stale}}stale{{end}}', PACKAGE];
  const output = await run(go, args, {
    ...{ what: 'Downloading the source of daprd', ...options, maxLines: MAX_PACKAGES },
    // Go prints a line for each module that it downloads.
    progress: (lines) => `${lines} modules`,
  });
  return output.split('\n').filter((line) => line === 'stale').length;
}

/** `40 %, 3 min left`. @param share what is done, 0 to 1 @param seconds since the beginning */
export function describeProgress(share: number, seconds: number): string {
  const done = Math.min(share, 1);
  const percent = `${Math.floor(done * 100)} %`;
  if (!(done > 0.02)) return percent;
  const left = seconds / done - seconds;
  return `${percent}, ${left < 60 ? `${Math.ceil(left)} s` : `${Math.round(left / 60)} min`} left`;
}

/**
 * What a build of daprd writes, once for this user. Empty where Go is missing or does not run: the caller reports that instead.
 */
export function spaceToBuildDaprd(go: string | undefined): SpaceNeed[] {
  const { modules, cache } = (go !== undefined && foldersOf(go)) || {};
  return [
    ...(modules
      ? [{ folder: modules, bytes: MODULES_BYTES, what: 'modules of Go, to build daprd once' }]
      : []),
    ...(cache ? [{ folder: cache, bytes: BUILD_CACHE_BYTES, what: 'cache of Go, to build daprd once' }] : []),
  ];
}

function foldersOf(go: string): Partial<GoFolders> {
  try {
    return goFolders(go);
  } catch {
    return {};
  }
}
