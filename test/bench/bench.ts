import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Launched, LaunchOptions } from '../../deploy/local/launch.ts';
import type { RunningApp } from '../../deploy/local/system/app-with-sidecar.ts';
import { connectSidecar, type Sidecar } from '../../services/shared/dapr/sidecar.ts';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import { type Account, client } from '../support/client.ts';
import { waitFor } from '../support/wait.ts';
import type { PartReport } from './report.ts';

const MIB = 1024 ** 2;
const CONVERSION_MS = 20 * 60_000;

/** What each part of the benchmark works with. */
export interface Bench {
  launched: Launched;
  /** The state store, as `--blobs` names it. */
  blobs: string;
  /** The system writes to `.data` in this folder. */
  stateRoot: string;
  /** The folder for the test films, which is deleted after the run. */
  filmDir: string;
  /** How often each measurement is repeated. */
  runs: number;
  /** How many films of one minute the part `films` sends. */
  films: number;
  /** Starts another system for a part, with its state in a folder with that name. The part stops it. */
  launchAnother(name: string, options: Pick<LaunchOptions, 'replicas'>): Promise<Launched>;
  /** Whether small inputs are enough, because only the benchmark itself is tried. */
  isQuick: boolean;
  /** A file for a picture of the stages of one job, where it is wanted. */
  timeline?: string | undefined;
  report: PartReport;
  signal: AbortSignal;
}

/** A connection to the gateway's sidecar, with the gateway's token. */
export function gatewaySidecar({ launched: { system } }: Bench): Sidecar {
  const { daprHttpPort, daprGrpcPort } = system.apps.gateway;
  return connectSidecar({
    host: '127.0.0.1',
    port: daprHttpPort,
    grpcPort: daprGrpcPort,
    apiToken: system.tokens.daprApi,
  });
}

export const apiOf = ({ launched }: Bench) => client(launched.system.gatewayUrl);

/**
 * Uploads a video. Returns the job's id, and throws for every status but 202. It takes as little CPU as a client can, because that is
 * not what is measured.
 */
export async function upload({ launched, signal }: Bench, account: Account, path: string): Promise<string> {
  const sent = request(`${launched.system.gatewayUrl}/upload?filename=bench`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${account.token}`,
      'content-type': 'video/mp4',
      'content-length': (await stat(path)).size,
    },
    signal,
  });
  const answered = once(sent, 'response', { signal }) as Promise<[IncomingMessage]>;
  const [[response]] = await Promise.all([
    answered,
    pipeline(createReadStream(path, { highWaterMark: MIB }), sent, { signal }),
  ]);
  const body = await text(response);
  if (response.statusCode !== 202) throw new Error(`upload: ${response.statusCode} ${body}`);
  return (JSON.parse(body) as { id: string }).id;
}

/** Waits until a job is done, at most 20 minutes. Throws if it failed. */
export async function untilDone(bench: Bench, account: Account, id: string): Promise<JobView> {
  const poll = async () => {
    const job = await apiOf(bench).job(account, id);
    if (job.status === 'failed' || job.status === 'cancelled') throw new Error(JSON.stringify(job));
    return job.status === 'done' && job;
  };
  return waitFor(`job ${id}`, poll, { timeoutMs: CONVERSION_MS, signal: bench.signal });
}

/** Deletes a job. Throws if there is none. */
export async function discard(bench: Bench, account: Account, id: string): Promise<void> {
  const api = apiOf(bench);
  const { status } = await api.send(`/jobs/${id}`, { method: 'DELETE', headers: api.bearer(account) });
  if (status !== 204) throw new Error(`the deletion of a job was answered with ${status}`);
}

/** Stops the converter, so that it takes no job. Returns a function that lets it go on, which an abort does as well. */
export const pauseConverter = ({ launched, signal }: Bench): (() => void) =>
  pauseApp(launched.system.apps.converter, signal);

type AppProcess = Pick<RunningApp, 'appPid'>;

/** Lets the process of an app go on. */
export const resumeApp = ({ appPid }: AppProcess): void => {
  if (appPid !== undefined) process.kill(appPid, 'SIGCONT');
};

/** Stops the process of an app. Returns a function that lets it go on, which an abort does as well. */
export function pauseApp({ appPid }: AppProcess, signal: AbortSignal): () => void {
  if (appPid === undefined) return () => undefined;
  const resume = (): void => resumeApp({ appPid });
  process.kill(appPid, 'SIGSTOP');
  // A process that is stopped would not react to SIGTERM.
  signal.addEventListener('abort', resume, { once: true });
  return () => {
    signal.removeEventListener('abort', resume);
    resume();
  };
}
