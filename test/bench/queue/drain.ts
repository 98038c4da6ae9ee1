import type { RunningApp } from '../../../deploy/local/system/app-with-sidecar.ts';
import { readEnvFile } from '../../../deploy/local/write-secrets.ts';
import { eventSecrets } from '../../../services/shared/contract/event-secret.ts';
import { TOPICS } from '../../../services/shared/contract/events.ts';
import { createSignedPublish } from '../../../services/shared/contract/signed-message.ts';
import type { Sidecar } from '../../../services/shared/dapr/sidecar.ts';
import type { Job } from '../../../services/shared/jobs/job.ts';
import { videoEventOf } from '../../../services/shared/jobs/job-events.ts';
import { waitFor } from '../../support/wait.ts';
import { type Bench, pauseApp, resumeApp } from '../bench.ts';
import type { QueuedSounds } from './queued-sounds.ts';
import { stateRequests } from './state-requests.ts';

const PATIENCE_MS = 5 * 60_000;

export interface DrainCost {
  /** Of the wall clock for each job, from the first that is done to the last. */
  msPerJob: number;
  /** Requests to the state store by the sidecars of the converters, for each job. */
  requestsPerJob: number;
}

/** The function that publishes the events of jobs, as the gateway of the system does. */
export function publisherOf(
  { publish }: Sidecar,
  stateRoot: string,
): (jobs: readonly Job[]) => Promise<void> {
  const secrets = eventSecrets.parse(readEnvFile(stateRoot, 'gateway').EVENT_SECRET);
  const signed = createSignedPublish(publish, secrets);
  return async (jobs) => {
    for (const job of jobs) await signed(TOPICS.video, videoEventOf(job));
  };
}

export interface DrainOptions {
  sounds: QueuedSounds;
  /** These go on, until the next jobs are done, as many as `count`. They are paused before and after it. */
  converters: readonly RunningApp[];
  count: number;
  publish: (jobs: readonly Job[]) => Promise<void>;
}

/** Lets converters convert some of the jobs that are queued, and measures what each job costs. */
export async function drain(bench: Bench, options: DrainOptions): Promise<DrainCost> {
  const { sounds, converters, count, publish } = options;
  const before = await sounds.all();
  const wereDone = new Set(before.filter(isDone).map(({ id }) => id));
  const next = before.filter(({ status }) => status === 'queued').slice(0, count);
  await publish(next);
  const requestsBefore = await stateRequests(converters);
  for (const converter of converters) resumeApp(converter);
  // The jobs of one user are converted in their order. To read all others, too, would keep the store busy while it is measured.
  const enough = async () => (await sounds.read(next.map(({ id }) => id))).every(isDone);
  await waitFor(`${count} jobs`, enough, { timeoutMs: PATIENCE_MS, pauseMs: 1_000, signal: bench.signal });
  for (const converter of converters) pauseApp(converter, bench.signal);
  const requests = (await stateRequests(converters)) - requestsBefore;
  const done = (await sounds.all()).filter((job) => isDone(job) && !wereDone.has(job.id));
  const ends = done.map(({ updated_at }) => Date.parse(updated_at));
  const span = Math.max(...ends) - Math.min(...ends);
  return { msPerJob: span / (ends.length - 1), requestsPerJob: requests / ends.length };
}

const isDone = ({ status }: Job): boolean => status === 'done';
