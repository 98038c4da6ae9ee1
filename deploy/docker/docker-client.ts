import path from 'node:path';
import { cacheDir } from '../process/cache-dir.ts';
import { type Report, run } from '../process/run.ts';

/** A Docker engine, and the command line that reaches it. */
export interface Engine {
  /** The path of the program `docker`. */
  readonly docker: string;
  /** `unix://…` or `tcp://…` */
  readonly host: string;
  /** The environment in which docker, Compose and testcontainers find this engine. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether the engine was started for this run. It ends with the run; only its images and named volumes stay. */
  readonly isPrivate: boolean;
  /** The arguments of `docker build` with which a build reaches package registries. */
  readonly buildArgs: readonly string[];
  stop(): Promise<void>;
}

export interface EngineOptions {
  report: Report;
  signal: AbortSignal;
}

/** No Docker engine is running, and none can be started. */
export class NoEngine extends Error {}

/** For an engine without the network `bridge`: builds use the network of this machine. */
export const WITHOUT_BRIDGE = ['--network', 'host'];

/** The folder in which the private engine keeps its images and, while it runs, its socket, lock and process id. */
export const engineHome = (): string => path.join(cacheDir(), 'docker');

/** Returns a function that runs docker to its end; see run(). `timeoutMs` is one minute by default. */
export const dockerAt =
  (engine: Pick<Engine, 'docker' | 'env'>, { report, signal }: EngineOptions) =>
  (what: string, args: string[], timeoutMs = 60_000, progress?: (lines: number) => string): Promise<string> =>
    run(engine.docker, args, {
      what,
      report,
      signal,
      env: engine.env,
      timeoutMs,
      ...(progress === undefined ? {} : { progress }),
    });
