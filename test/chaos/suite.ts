import type { Report } from '../../deploy/process/run.ts';
import { type ActOptions, perform } from './experiment.ts';
import { frozen, keptDown } from './faults/outage.ts';
import { shoot } from './load/media-library.ts';
import { ACK_LIMIT_MS, pastTheAckLimit } from './scenarios/ack-timeout.ts';
import { AUTH_AWAY_SECONDS, AUTH_AWAY_TOKEN_SECONDS, authAway } from './scenarios/auth-outage.ts';
import { brokerAway } from './scenarios/broker-outage.ts';
import { loadAndFaults } from './scenarios/load-and-faults.ts';
import { storeAway } from './scenarios/store-outage.ts';

export interface SuiteOptions {
  /** Of load and faults. */
  minutes: number;
  seed: number;
  blobs: 'mongodb' | 'sqlite';
  scenarios: boolean;
  report: Report;
  signal: AbortSignal;
}

/** True when nothing was lost, wrong, left over or twice without a reason. */
export async function runSuite(options: SuiteOptions): Promise<boolean> {
  const { minutes, seed, blobs, scenarios, report, signal } = options;
  const library = await shoot();
  const common = { seed, library, report, signal };
  const acts: ActOptions[] = [];
  if (minutes > 0)
    acts.push({
      ...common,
      id: 'load',
      name: `${minutes} minutes of load and faults`,
      stage: { blobs },
      play: (scene) => loadAndFaults(scene, { seconds: minutes * 60, seed }),
    });
  if (scenarios)
    acts.push(
      {
        ...common,
        id: 'away',
        name: 'Broker away, store away',
        stage: { blobs },
        async play(scene) {
          await brokerAway(scene, keptDown(scene.stage, 'rabbitmq', { erase: true }), 120);
          await brokerAway(scene, keptDown(scene.stage, 'rabbitmq'), 120);
          await brokerAway(scene, frozen(scene.stage, 'rabbitmq', signal), 60);
          await storeAway(scene);
        },
      },
      {
        ...common,
        id: 'ack-limit',
        name: 'A conversion longer than the broker waits',
        stage: { blobs, consumerTimeoutMs: ACK_LIMIT_MS },
        play: pastTheAckLimit,
      },
      {
        ...common,
        id: 'auth-away',
        name: 'auth away for longer than its keys are fresh',
        stage: { blobs, accessTokenSeconds: AUTH_AWAY_TOKEN_SECONDS },
        play: (scene) => authAway(scene, frozen(scene.stage, 'auth', signal), AUTH_AWAY_SECONDS),
      },
    );
  const results: boolean[] = [];
  for (const act of acts) results.push(await perform(act));
  return results.every((good) => good);
}
