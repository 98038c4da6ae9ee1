import type { Report } from '../../process/run.ts';
import type { Supervised } from '../../process/supervised.ts';
import type { WaitingPage } from '../waiting-page/waiting-page.ts';
import type { AppWithSidecar } from './app-with-sidecar.ts';
import { waitUntilAllAnswer } from './readiness.ts';

export interface StartPairsOptions {
  /** Pluggable components, which must run before the sidecars. */
  components: readonly Supervised[];
  /** Resolves when the servers accept work. Sidecars start then: a component of a sidecar may fail for good before. */
  serversReady: Promise<void>;
  waitingPage: Pick<WaitingPage, 'handOver'>;
  report: Report;
  /** Nothing is started any more when it is aborted. */
  signal: AbortSignal;
}

/** Starts apps and sidecars, each as soon as it can do something. Resolves when all processes run, whether or not they are ready. */
export async function startPairs(
  pairs: readonly AppWithSidecar[],
  { components, serversReady, ...options }: StartPairsOptions,
): Promise<void> {
  await Promise.all([
    serversReady,
    startBesideServers(pairs, options),
    ...components.map((component) => component.start()),
  ]);
  options.signal.throwIfAborted();
  await Promise.all(pairs.flatMap(({ app, sidecar }) => [sidecar.start(), app.start()]));
}

/**
 * Starts the apps that call servers through their sidecars only, for which they wait as long as it takes. The gateways are first,
 * because they show their page. The others load while the servers start.
 */
async function startBesideServers(
  pairs: readonly AppWithSidecar[],
  { waitingPage, report, signal }: Omit<StartPairsOptions, 'components' | 'serversReady'>,
): Promise<void> {
  const gateways = pairs.filter(({ spec }) => spec.appId === 'gateway');
  await Promise.all(gateways.map(({ app }) => app.start()));
  // No sidecar is to start before, which would take the waiting page for its app.
  await waitUntilAllAnswer(gateways, { report, signal });
  waitingPage.handOver();
  signal.throwIfAborted();
  // Auth asks MySQL itself, and gives up after a while.
  const others = pairs.filter(({ spec }) => !['gateway', 'auth'].includes(spec.appId));
  await Promise.all(others.map(({ app }) => app.start()));
}
