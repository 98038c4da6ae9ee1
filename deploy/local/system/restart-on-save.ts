import path from 'node:path';
import { poll } from '../../../services/shared/runtime/poll.ts';
import { readLastLines } from '../../process/log-file.ts';
import type { Report } from '../../process/run.ts';
import type { Supervised } from '../../process/supervised.ts';
import { answersHttp } from '../../process/wait-ready.ts';
import { watchFolder } from '../../process/watch-folder.ts';

/** A service that a saved file restarts. */
export interface RestartedService {
  name: string;
  /** The service's own folder, absolute. */
  folder: string;
  app: Supervised;
  appPort: number;
}

export interface RestartOnSaveOptions {
  /** The folder with the folders of all services and `shared`, absolute. */
  servicesDir: string;
  report: Report;
  signal: AbortSignal;
}

/** How long a service may take until it listens, ms. */
const START_MS = 30_000;
const ATTEMPT_MS = 1_000;
/** Node prints about 20 lines for a syntax error, and names the file in the first of them. */
const LOG_LINES = 25;

/**
 * Folders below that of all services which hold no code of a service. What runs in browsers is built by deploy/page, and the
 * gateway finds the new files by itself. The launcher of the sandbox is a program in Go, which the next start builds.
 */
const COMPILED = [
  'gateway/page/app',
  'gateway/page/dist',
  'converter/sandbox/launcher',
  'converter/sandbox/bin',
];

/** The services whose code is in one of these files: the owner of a file, or all for a file in `shared`. */
export function affectedBy<Service extends { folder: string }>(
  files: readonly string[],
  services: readonly Service[],
  servicesDir: string,
): Service[] {
  const ours = files.filter(
    (file) => !COMPILED.some((folder) => file.startsWith(path.join(servicesDir, folder) + path.sep)),
  );
  const isIn = (folder: string): boolean => ours.some((file) => file.startsWith(folder + path.sep));
  if (isIn(path.join(servicesDir, 'shared'))) return [...services];
  return services.filter(({ folder }) => isIn(folder));
}

/** Restarts each service when a file of it is saved, until the signal is aborted. Its sidecar keeps running. */
export function restartOnSave(services: readonly RestartedService[], options: RestartOnSaveOptions): void {
  const { servicesDir, report, signal } = options;
  /** The services that are being restarted, with the last file that was saved meanwhile. */
  const restarting = new Map<RestartedService, { again: string | undefined }>();

  const restart = async (service: RestartedService, file: string): Promise<void> => {
    const running = restarting.get(service);
    if (running !== undefined) {
      running.again = file;
      return;
    }
    const state: { again: string | undefined } = { again: undefined };
    restarting.set(service, state);
    await restartOnce(service, file, options).catch((error: Error) => {
      if (!signal.aborted) report(`${service.name} could not be restarted: ${error.message}`);
    });
    restarting.delete(service);
    if (state.again !== undefined && !signal.aborted) await restart(service, state.again);
  };

  watchFolder(servicesDir, {
    signal,
    onSave(files) {
      const file = path.relative(path.dirname(servicesDir), files[0] ?? servicesDir);
      const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
      for (const service of affectedBy(files, services, servicesDir)) void restart(service, file + more);
    },
  });
}

/** Restarts a service and waits until it listens. One that ends before that stays down until the next save. */
async function restartOnce(
  { name, app, appPort }: RestartedService,
  file: string,
  { report, signal }: RestartOnSaveOptions,
): Promise<void> {
  const since = performance.now();
  await app.restart();
  const url = `http://127.0.0.1:${appPort}/healthz`;
  const state = await poll(
    async () => {
      if (app.pid === undefined) return 'down';
      const attempt = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
      return (await answersHttp(url, attempt).catch(() => false)) ? 'up' : undefined;
    },
    { intervalMs: 50, timeoutMs: START_MS, signal },
  );
  if (state === 'up') {
    app.supervise();
    report(`${name} restarted in ${((performance.now() - since) / 1000).toFixed(1)} s: ${file}`);
    return;
  }
  const { logFile = '' } = app.child ?? {};
  const why = state === 'down' ? 'ended while starting' : `does not listen after ${START_MS / 1000} s`;
  report(
    `${name} ${why} and waits for the next saved file. The end of its log:\n${readLastLines(logFile, LOG_LINES)}`,
  );
}
