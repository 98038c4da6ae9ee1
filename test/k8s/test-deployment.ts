import { SERVICES } from '../../deploy/docker/image-names.ts';
import { type Cluster, type ClusterOptions, openCluster } from '../../deploy/kubernetes/cluster.ts';
import { createTrial, type Trial } from '../load/load-test.ts';
import { type Footage, shoot } from '../load/send-films.ts';
import { newUser, type Tally } from '../load/user.ts';
import { type Deployed, openDeployed } from './deployment.ts';
import { type Door, openDoor } from './gateway-access.ts';
import { type Scaler, scalerOf } from './scaler.ts';

/** The deployed system, and users before its door with their films. */
export interface Setting {
  readonly cluster: Cluster;
  readonly deployed: Deployed;
  readonly door: Door;
  readonly scaler: Scaler;
  /** Some seconds. */
  readonly short: Footage;
  /** Long enough to be found at work. */
  readonly long: Footage;
  readonly tally: Tally;
  readonly trial: Trial;
  stop(): Promise<void>;
}

const LONG_SECONDS = 15 * 60;

/** What it has opened is closed again when it fails. */
export async function openSetting({
  stateDir,
  ...options
}: ClusterOptions & { stateDir: string }): Promise<Setting> {
  const { report } = options;
  await using opening = new AsyncDisposableStack();
  const cluster = await openCluster(options);
  const deployed = opening.adopt(await openDeployed(cluster), ({ stop }) => stop());
  for (const service of SERVICES) await deployed.untilRolledOut(`deployment/${service}`);
  const door = opening.adopt(await openDoor(cluster, report), ({ stop }) => stop());
  const scaler = await scalerOf(cluster);
  report(`Users come by ${door.by} (${door.url}); converters are scaled by ${scaler.by}`);
  const [short, long] = await Promise.all([shoot(), shoot(LONG_SECONDS)]);
  const tally: Tally = new Map();
  const { url, host } = door;
  const user = { gateways: () => [url], tally, ...(host !== undefined && { host }) };
  const users = await Promise.all([1, 2, 3].map(() => newUser(user)));
  const trial = await createTrial({
    ...{ system: deployed, users, tally, stateDir, sweepsOften: false, report },
  });
  const opened = opening.move();
  const stop = () => opened.disposeAsync();
  return { cluster, deployed, door, scaler, short, long, tally, trial, stop };
}
