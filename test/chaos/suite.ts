import type { Report } from '../../deploy/process/run.ts';
import { type ExperimentOptions, runExperiment } from './experiment.ts';
import { frozen, keptDown } from './faults/outage.ts';
import { createMediaLibrary } from './load/media-library.ts';
import { ACK_TIMEOUT_MS, conversionPastAckTimeout } from './scenarios/ack-timeout.ts';
import { AUTH_OUTAGE_SECONDS, AUTH_OUTAGE_TOKEN_SECONDS, authOutage } from './scenarios/auth-outage.ts';
import { brokerOutage } from './scenarios/broker-outage.ts';
import { loadAndFaults } from './scenarios/load-and-faults.ts';
import { RESUMED_UPLOAD_TOKEN_SECONDS, resumedUpload } from './scenarios/resumed-upload.ts';
import { storeOutage } from './scenarios/store-outage.ts';

export interface SuiteOptions {
  /** How long the load with random faults lasts. 0 leaves it out. */
  minutes: number;
  seed: number;
  blobs: 'mongodb' | 'sqlite';
  /** Whether the long outages are tested, too. */
  scenarios: boolean;
  report: Report;
  signal: AbortSignal;
}

/** Runs all experiments, one after the other. Returns whether each of them passed. */
export async function runSuite(options: SuiteOptions): Promise<boolean> {
  const { minutes, seed, scenarios, report, signal } = options;
  const common = { seed, library: await createMediaLibrary(), report, signal };
  const experiments = [
    ...(minutes > 0 ? [randomFaults(options)] : []),
    ...(scenarios
      ? [serverOutages(options), ackTimeout(options), authOutages(options), resumedUploads(options)]
      : []),
  ];
  const results: boolean[] = [];
  for (const experiment of experiments) results.push(await runExperiment({ ...common, ...experiment }));
  return results.every((good) => good);
}

type Experiment = Pick<ExperimentOptions, 'id' | 'name' | 'harness' | 'scenario'>;

const randomFaults = ({ minutes, seed, blobs }: SuiteOptions): Experiment => ({
  id: 'load',
  name: `${minutes} minutes of load and faults`,
  harness: { blobs },
  scenario: (context) => loadAndFaults(context, { seconds: minutes * 60, seed }),
});

const serverOutages = ({ blobs, signal }: SuiteOptions): Experiment => ({
  id: 'away',
  name: 'Outages of broker and store',
  harness: { blobs },
  async scenario(context) {
    const { harness } = context;
    await brokerOutage(context, keptDown(harness, 'rabbitmq', { erase: true }), 120);
    await brokerOutage(context, keptDown(harness, 'rabbitmq'), 120);
    await brokerOutage(context, frozen(harness, 'rabbitmq', signal), 60);
    await storeOutage(context);
  },
});

const ackTimeout = ({ blobs }: SuiteOptions): Experiment => ({
  id: 'ack-limit',
  name: 'A conversion that takes longer than the broker waits for its acknowledgement',
  harness: { blobs, consumerTimeoutMs: ACK_TIMEOUT_MS },
  scenario: conversionPastAckTimeout,
});

const authOutages = ({ blobs, signal }: SuiteOptions): Experiment => ({
  id: 'auth-away',
  name: "An outage of auth that lasts longer than the gateway's copy of its keys is fresh",
  harness: { blobs, accessTokenSeconds: AUTH_OUTAGE_TOKEN_SECONDS },
  scenario: (context) => authOutage(context, frozen(context.harness, 'auth', signal), AUTH_OUTAGE_SECONDS),
});

const resumedUploads = ({ blobs, seed }: SuiteOptions): Experiment => ({
  id: 'resumed',
  name: 'An upload of 1 GiB that is cut ten times, and resumed by another gateway',
  harness: { blobs, hasSmallDisks: false, accessTokenSeconds: RESUMED_UPLOAD_TOKEN_SECONDS },
  scenario: (context) => resumedUpload(context, { seed }),
});
