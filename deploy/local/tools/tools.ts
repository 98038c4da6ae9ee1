import { aptInstall, canInstall } from '../../process/apt.ts';
import { type Report, run } from '../../process/run.ts';
import { which } from '../../process/which.ts';
import { ensureDaprd } from './daprd.ts';
import { readExternalServers, type ServerName, type UrlServerName } from './external-servers.ts';
import { canFetchMongod, fetchMongod, findMongod, missingForMongod } from './mongod.ts';
import { installBubblewrap, lacksBubblewrap, prepareLauncher } from './sandbox.ts';
import { findServerPrograms, missingSources, type ServerPrograms } from './server-programs.ts';

/** Absolute paths of programs. */
export interface Tools extends ServerPrograms {
  daprd: string;
  /** Defined only if a server has to run in Docker and a Docker engine answers. */
  docker: string | undefined;
}

export interface ToolsOptions {
  repoRoot: string;
  /** The servers that the chosen components use. Those that the environment names by URL need no program. */
  needed: ReadonlySet<ServerName>;
  report: Report;
  signal: AbortSignal;
}

/** Finds every program, and installs what is missing where it may. Otherwise throws one error that names all that is missing. */
export async function ensureTools({ repoRoot, needed, report, signal }: ToolsOptions): Promise<Tools> {
  const external = readExternalServers();
  const wanted = [...needed].filter((name) => name !== 'mail').filter((name) => external[name] === undefined);
  const failed = new AbortController();
  const eitherSignal = AbortSignal.any([signal, failed.signal]);
  const abortOthersOnFailure = <T>(work: Promise<T>): Promise<T> => {
    work.catch((error: unknown) => failed.abort(error));
    return work;
  };
  const [daprd] = await Promise.allSettled([
    abortOthersOnFailure(ensureDaprd(repoRoot, report, eitherSignal)),
    abortOthersOnFailure(installPackages(wanted, report, eitherSignal)),
    abortOthersOnFailure(prepareLauncher(repoRoot, report, eitherSignal)),
  ]);
  signal.throwIfAborted();
  if (failed.signal.aborted || daprd.status === 'rejected') throw failed.signal.reason;
  const programs = findServerPrograms();
  const inDocker = missingSources(wanted, programs);
  const docker = inDocker.length === 0 ? undefined : await findDocker(report, signal);
  const missing = ['ffmpeg', 'ffprobe']
    .filter((name) => which(name) === undefined)
    .map((name) => `${name}: install the package ffmpeg`);
  if (docker === undefined) missing.push(...inDocker.map(({ advice }) => advice));
  if (missing.length > 0) {
    const hint =
      'As root on Debian or Ubuntu, this command installs them. Where Docker runs, the servers run in Docker.';
    throw new Error(
      `These programs are missing:\n${missing.map((line) => `  - ${line}`).join('\n')}\n${hint}`,
    );
  }
  return { ...programs, daprd: daprd.value, docker };
}

/** Makes sure that ffmpeg is installed with its sandbox, for tests that run it without a system. */
export async function ensureConfinedFfmpeg(
  repoRoot: string,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  await ensureFfmpeg(report, signal);
  await installBubblewrap(report, signal);
  await prepareLauncher(repoRoot, report, signal);
}

/** Makes sure that ffmpeg is installed, for tests that make videos where no converter runs. */
export async function ensureFfmpeg(report: Report, signal: AbortSignal): Promise<void> {
  if (!hasFfmpeg() && canInstall()) await aptInstall(['ffmpeg'], [], report, signal);
  if (!hasFfmpeg()) throw new Error('ffmpeg and ffprobe are missing: install the package ffmpeg.');
}

const hasFfmpeg = (): boolean => which('ffmpeg') !== undefined && which('ffprobe') !== undefined;

async function findDocker(report: Report, signal: AbortSignal): Promise<string | undefined> {
  const docker = which('docker');
  if (docker === undefined) return undefined;
  const options = { what: 'docker info', report, signal, timeoutMs: 10_000 };
  return run(docker, ['info'], options).then(
    () => docker,
    () => undefined,
  );
}

async function installPackages(
  wanted: readonly UrlServerName[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const sources = missingSources(wanted, findServerPrograms());
  const packages = sources.flatMap(({ packages }) => packages);
  const wantsMongod = wanted.includes('mongodb');
  if (!hasFfmpeg()) packages.push('ffmpeg');
  if (wantsMongod) packages.push(...(await missingForMongod()));
  const units = sources.flatMap(({ units }) => units);
  if (packages.length > 0 && canInstall()) {
    if (lacksBubblewrap()) packages.push('bubblewrap');
    await aptInstall(packages, units, report, signal);
  }
  await installBubblewrap(report, signal);
  if (wantsMongod && findMongod() === undefined && canFetchMongod()) await fetchMongod(report, signal);
}
