import { SERVICES } from '../../deploy/docker/image-names.ts';
import { type Cluster, type ClusterOptions, openCluster } from '../../deploy/kubernetes/cluster.ts';
import { createFilmSource, type FilmSource } from '../load/film-source.ts';
import { createLoadTest, type LoadTest } from '../load/load-test.ts';
import type { ResultCounts } from '../load/result-counts.ts';
import { newUser } from '../load/user.ts';
import { type Deployment, openDeployment } from './deployment.ts';
import { type GatewayAccess, openGatewayAccess } from './gateway-access.ts';
import { type Scaler, scalerOf } from './scaler.ts';

/** The deployed system, with users and films for a load test. */
export interface TestDeployment {
  readonly cluster: Cluster;
  readonly deployment: Deployment;
  readonly access: GatewayAccess;
  readonly scaler: Scaler;
  /** Films of some seconds. */
  readonly shortFilms: FilmSource;
  /** Films whose conversion takes long enough to be interrupted. */
  readonly longFilms: FilmSource;
  readonly counts: ResultCounts;
  readonly loadTest: LoadTest;
  stop(): Promise<void>;
}

const LONG_SECONDS = 15 * 60;

/** Waits for the deployed system, and opens access to it. If something fails, what was opened is closed again. */
export async function openTestDeployment({
  stateDir,
  ...options
}: ClusterOptions & { stateDir: string }): Promise<TestDeployment> {
  const { report } = options;
  await using opening = new AsyncDisposableStack();
  const cluster = await openCluster(options);
  const deployment = opening.adopt(await openDeployment(cluster), (opened) => opened.stop());
  for (const service of SERVICES) await deployment.waitForRollout(`deployment/${service}`);
  const access = opening.adopt(await openGatewayAccess(cluster, report), ({ stop }) => stop());
  const scaler = await scalerOf(cluster);
  report(`Users come through ${access.by} (${access.url}), and ${scaler.by} scales the converters`);
  const [shortFilms, longFilms] = await Promise.all([createFilmSource(), createFilmSource(LONG_SECONDS)]);
  const counts: ResultCounts = new Map();
  const { url, host } = access;
  const user = { gateways: () => [url], counts, ...(host !== undefined && { host }) };
  const users = await Promise.all([1, 2, 3].map(() => newUser(user)));
  const loadTest = await createLoadTest({
    ...{ system: deployment, users, counts, stateDir, sweepsOften: false, report },
  });
  const opened = opening.move();
  const stop = () => opened.disposeAsync();
  return { cluster, deployment, access, scaler, shortFilms, longFilms, counts, loadTest, stop };
}
