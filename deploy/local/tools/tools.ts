import { aptInstall, canInstall } from '../../process/apt.ts';
import { type Report, run } from '../../process/run.ts';
import { find } from '../../process/which.ts';
import type { ServerName } from '../servers/types.ts';
import { ensureDaprd } from './daprd.ts';
import { givenServers } from './given.ts';
import { canFetchMongod, fetchMongod, findMongod, missingForMongod } from './mongod.ts';
import { findServers, missingOf, type ProgramServer, type ServerPrograms } from './servers.ts';

/** Paths of programs. */
export interface Tools extends ServerPrograms {
  daprd: string;
  docker: string | undefined;
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
  /** Those that the environment gives by URL are left out. */
  needed: ReadonlySet<ServerName>;
  report: Report;
  signal: AbortSignal;
}

/** Makes sure that every program is there, installing what may be installed; else one error names all that is missing. */
export async function ensureTools({ repoRoot, needed, report, signal }: ToolsOptions): Promise<Tools> {
  const given = givenServers();
  const wanted = [...needed].filter((name) => name !== 'mail').filter((name) => given[name] === undefined);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const guard = <T>(work: Promise<T>): Promise<T> => {
    work.catch((error: unknown) => failed.abort(error));
    return work;
  };
  const results = await Promise.allSettled([
    guard(ensureDaprd(repoRoot, report, either)),
    guard(installServers(wanted, report, either)),
  ]);
  signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  const daprd = (results[0] as PromiseFulfilledResult<string>).value;
  const programs = findServers();
  const inDocker = missingOf(wanted, programs);
  const docker = inDocker.length === 0 ? undefined : await findDocker(report, signal);
  const missing = ['ffmpeg', 'ffprobe']
    .filter((name) => find(name) === undefined)
    .map((name) => `${name}: install the package ffmpeg`);
  if (docker === undefined) missing.push(...inDocker.map(({ advice }) => advice));
  if (missing.length > 0) {
    const hint =
      'Run as root on Debian or Ubuntu and it is installed for you; with a running Docker, the servers run in it.';
    throw new Error(`These are missing:\n${missing.map((line) => `  - ${line}`).join('\n')}\n${hint}`);
  }
  return { ...programs, daprd, docker };
}

const hasFfmpeg = (): boolean => find('ffmpeg') !== undefined && find('ffprobe') !== undefined;

/** For tests that make films where no converter runs on this machine. Throws with what to install. */
export async function ensureFfmpeg(report: Report, signal: AbortSignal): Promise<void> {
  if (!hasFfmpeg() && canInstall()) await aptInstall(['ffmpeg'], [], report, signal);
  if (!hasFfmpeg()) throw new Error('ffmpeg and ffprobe are missing: install the package ffmpeg.');
}

async function installServers(
  wanted: readonly ProgramServer[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const programs = findServers();
  const sources = missingOf(wanted, programs);
  const packages = sources.flatMap(({ packages }) => packages);
  const wantsMongod = wanted.includes('mongodb');
  if (!hasFfmpeg()) packages.push('ffmpeg');
  if (wantsMongod) packages.push(...(await missingForMongod()));
  const units = sources.flatMap(({ units }) => units);
  if (packages.length > 0 && canInstall()) await aptInstall(packages, units, report, signal);
  if (wantsMongod && findMongod() === undefined && canFetchMongod()) await fetchMongod(report, signal);
}
