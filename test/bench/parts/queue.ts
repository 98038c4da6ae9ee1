import { join } from 'node:path';
import type { RunningApp } from '../../../deploy/local/system/app-with-sidecar.ts';
import type { Sidecar } from '../../../services/shared/dapr/sidecar.ts';
import { delay } from '../../../services/shared/runtime/delay.ts';
import { waitFor } from '../../support/wait.ts';
import { apiOf, type Bench, gatewaySidecar, pauseApp } from '../bench.ts';
import { measureChoice } from '../queue/choice-cost.ts';
import { drain, publisherOf } from '../queue/drain.ts';
import { createQueuedSounds, type QueuedSounds } from '../queue/queued-sounds.ts';
import { stateRequests } from '../queue/state-requests.ts';
import { median, timed } from '../statistics.ts';
import { measurePass, NONE_STALLED_MS } from '../sweep-pass.ts';

const LENGTHS = [10, 100, 1_000, 10_000];
const QUICK_LENGTHS = [4, 8];
const CONVERTERS = [1, 2, 4];
/** The jobs that the converters convert of each queue. */
const CONVERTED = 40;
const FOLDER = 'queue';
/** A converter without work makes a few requests in this time: it shows that it runs, and looks for jobs. */
const QUIET_MS = 2_000;
const QUIET_REQUESTS = 4;

/** Measures what the queue itself costs, depending on its length: to choose a job, to convert one, to list jobs, and to sweep. */
export async function queue(bench: Bench): Promise<void> {
  const most = Math.max(...CONVERTERS);
  const launched = await bench.launchAnother(FOLDER, { replicas: { converter: most } });
  const own: Bench = { ...bench, launched };
  const sidecar = gatewaySidecar(own);
  const { instances } = launched.system;
  const converters = Object.keys(instances)
    .filter((name) => name.startsWith('converter'))
    .map((name) => instances[name] as RunningApp);
  const resumes: (() => void)[] = [];
  try {
    await untilQuiet(converters, bench.signal);
    for (const converter of converters) resumes.push(pauseApp(converter, bench.signal));
    const sounds = await createQueuedSounds(own, sidecar);
    for (const length of bench.isQuick ? QUICK_LENGTHS : LENGTHS)
      await measureQueue(own, { length, sounds, sidecar, converters });
  } finally {
    for (const resume of resumes) resume();
    await sidecar.close();
    await launched.stop();
  }
}

/** A converter that starts makes hundreds of requests to try the store, which are no cost of the queue. */
async function untilQuiet(converters: readonly RunningApp[], signal: AbortSignal): Promise<void> {
  let before = Number.NEGATIVE_INFINITY;
  const isQuiet = async () => {
    const now = await stateRequests(converters);
    const made = now - before;
    before = now;
    return made <= QUIET_REQUESTS * converters.length;
  };
  await waitFor('converters that have tried the store', isQuiet, { pauseMs: QUIET_MS, signal });
}

interface Measured {
  length: number;
  sounds: QueuedSounds;
  sidecar: Sidecar;
  converters: readonly RunningApp[];
}

async function measureQueue(bench: Bench, { length, sounds, sidecar, converters }: Measured): Promise<void> {
  const { report, runs } = bench;
  const row = (curve: string, costs: readonly { ms: number; requests: number }[]) => {
    const requests = median(costs.map((cost) => cost.requests));
    const values = costs.map(({ ms }) => ms);
    const note = `${requests.toFixed(requests < 10 ? 1 : 0)} state requests`;
    const name = `${length} queued: ${curve}`;
    report.row({ name, values, unit: 'ms', digits: 1, note, point: { curve, x: length, requests } });
  };
  report.heading(`${length} queued jobs`);
  await sounds.fillTo(length);
  const choices = await repeated(runs, () => measureChoice(sidecar.state, length));
  row(
    'first choice of a converter',
    choices.map(({ first }) => first),
  );
  row(
    'further choice',
    choices.map(({ later }) => later),
  );
  row('GET /jobs', await repeated(runs, () => measureList(bench, sounds)));
  const passes = await repeated(runs, () => measurePass(sidecar, NONE_STALLED_MS));
  row(
    'pass of the sweep',
    passes.map(({ ms, calls }) => ({ ms, requests: calls })),
  );
  const publish = publisherOf(sidecar, join(bench.stateRoot, FOLDER));
  for (const count of CONVERTERS) {
    await sounds.fillTo(length);
    const some = {
      sounds,
      converters: converters.slice(0, count),
      count: Math.min(length, CONVERTED),
      publish,
    };
    const { msPerJob, requestsPerJob } = await drain(bench, some);
    const name = `a job, ${count} ${count === 1 ? 'converter' : 'converters'}`;
    row(name, [{ ms: msPerJob, requests: requestsPerJob }]);
  }
}

/** A page of the list of a user who looks at it every second. */
async function measureList(
  bench: Bench,
  { account }: QueuedSounds,
): Promise<{ ms: number; requests: number }> {
  const api = apiOf(bench);
  await delay(1_000, bench.signal);
  const { gateway } = bench.launched.system.apps;
  const before = await stateRequests([gateway]);
  const [seconds, { status }] = await timed(async () => {
    const response = await api.send('/jobs', { headers: api.bearer(account) });
    await response.arrayBuffer();
    return response;
  });
  if (status !== 200) throw new Error(`GET /jobs was answered with ${status}`);
  return { ms: seconds * 1000, requests: (await stateRequests([gateway])) - before };
}

async function repeated<T>(times: number, measure: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  while (all.length < times) all.push(await measure());
  return all;
}
