import { createJobIndex } from '../../../services/gateway/job-index/job-index.ts';
import { createFailedIndex } from '../../../services/gateway/operator/failed-index.ts';
import { createFindNotified } from '../../../services/gateway/sweep/find-notified.ts';
import { createSweep } from '../../../services/gateway/sweep/sweep.ts';
import { createVideoIndex } from '../../../services/gateway/sweep/video-index.ts';
import { createBlobStore } from '../../../services/shared/blobs/blob-store.ts';
import { mailRecordKey } from '../../../services/shared/contract/mail-record.ts';
import type { Sidecar } from '../../../services/shared/dapr/sidecar.ts';
import type { Job } from '../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../services/shared/jobs/job-store.ts';
import { createLog } from '../../../services/shared/runtime/log.ts';
import { updateDocument } from '../../../services/shared/state/documents.ts';
import { done, newJob } from '../../support/job.ts';
import { type Bench, gatewaySidecar } from '../bench.ts';
import { countingState } from '../counting-state.ts';
import { median, timed } from '../statistics.ts';
import { FAILED, failedList } from './failed-list.ts';

const QUEUED = 1_000;
const FINISHED = 5_000;
const KEPT_SECONDS = 6 * 3600;
const CONCURRENCY = 8;

interface Cost {
  ms: number;
  calls: number;
  keys: number;
  bytes: number;
  published: number;
}

/** Measures one pass of a new sweep, after an earlier pass that found the active jobs. */
async function measurePass({ state, publish }: Sidecar, stallTimeoutMs: number): Promise<Cost> {
  const { counted, cost, reset } = countingState(state);
  let published = 0;
  const sweep = createSweep({
    jobs: createJobStore(counted),
    index: createJobIndex(counted, KEPT_SECONDS),
    blobs: createBlobStore(counted),
    failedIndex: createFailedIndex(counted, KEPT_SECONDS),
    videoIndex: createVideoIndex(counted, KEPT_SECONDS),
    findNotified: createFindNotified(counted),
    async publish(topic, event) {
      published++;
      await publish(topic, event);
    },
    updateCounts: () => undefined,
    metrics: {
      ...{ startTimer: () => () => undefined, setActiveJobs: () => undefined, republished: () => undefined },
      videoDeleted: () => undefined,
    },
    log: createLog('bench', 'silent'),
    stallTimeoutMs,
    failBeforeExpiryMs: 0,
    keepVideoMs: KEPT_SECONDS * 1000,
  });
  const { signal } = new AbortController();
  await sweep.pass(signal);
  reset();
  const [seconds] = await timed(() => sweep.pass(signal));
  return { ms: seconds * 1000, ...cost, published };
}

const line = (what: string, costs: Cost[]): string => {
  const [first] = costs;
  if (!first) throw new Error('nothing was measured');
  const columns = [
    median(costs.map(({ ms }) => ms)).toFixed(0),
    first.calls,
    first.keys,
    (first.bytes / 1e3).toFixed(0),
    first.published,
  ];
  return `  ${what.padEnd(40)}${columns.map((column) => String(column).padStart(11)).join('')}`;
};

/** ms. No job of the benchmark is stalled by this timeout; with 0, every job is. */
const NONE_STALLED_MS = 3600_000;

/** Measures a pass of the sweep with jobs that are queued, and with many more that are finished. */
export async function sweep(bench: Bench): Promise<void> {
  const sidecar = gatewaySidecar(bench);
  const resume = pauseConverter(bench);
  try {
    const [sweepLines, listLines] = await measureAll(sidecar, bench);
    const head = ['ms', 'calls', 'keys read', 'kB read', 'published'];
    console.log(`
One pass of the sweep, through a sidecar
  ${''.padEnd(40)}${head.map((column) => column.padStart(11)).join('')}
${sweepLines.join('\n')}

The failed index with ${FAILED} jobs, through a sidecar
${listLines.map((text) => `  ${text}`).join('\n')}`);
  } finally {
    resume();
    await sidecar.close();
  }
}

/** No converter may take the jobs, because they have no videos. Returns a function that lets it go on. */
function pauseConverter({ launched }: Bench): () => void {
  const { appPid } = launched.system.apps.converter;
  if (appPid === undefined) return () => undefined;
  process.kill(appPid, 'SIGSTOP');
  return () => void process.kill(appPid, 'SIGCONT');
}

/** Returns the lines about the sweep, and those about the failed index. */
async function measureAll(sidecar: Sidecar, { runs, signal }: Bench): Promise<[string[], string[]]> {
  const expires = { expires_at: new Date(Date.now() + KEPT_SECONDS * 1000).toISOString() };
  const { saveQueued, saveFinished } = createWriters(sidecar.state);
  const measure = async (stallTimeoutMs: number) => {
    const costs: Cost[] = [];
    for (let run = 0; run < runs; run++) costs.push(await measurePass(sidecar, stallTimeoutMs));
    return costs;
  };
  const lines = [line('nothing open', await measure(NONE_STALLED_MS))];
  const listLines = await failedList(sidecar.state, { keptSeconds: KEPT_SECONDS, runs });
  lines.push(line(`nothing open, ${FAILED} in the failed index`, await measure(NONE_STALLED_MS)));
  await fill(QUEUED, () => saveQueued(newJob(expires)), signal);
  lines.push(line(`${QUEUED} queued, none stalled`, await measure(NONE_STALLED_MS)));
  lines.push(line(`${QUEUED} queued, all stalled, published`, await measure(0)));
  await fill(FINISHED, () => saveFinished(done(expires)), signal);
  lines.push(line(`… and ${FINISHED} finished, being closed`, [await measurePass(sidecar, 0)]));
  lines.push(line(`… and ${FINISHED} closed, none stalled`, await measure(NONE_STALLED_MS)));
  lines.push(line(`… and ${FINISHED} closed, all stalled, published`, await measure(0)));
  return [lines, listLines];
}

function createWriters(state: Sidecar['state']) {
  const jobs = createJobStore(state);
  const index = createJobIndex(state, KEPT_SECONDS);
  const saveQueued = async (job: Job): Promise<void> => {
    await index.addActive(job.owner, job.id);
    await jobs.create(job);
  };
  /** Saves a job as it is when its owner has been notified and no sweep has closed it yet. */
  const saveFinished = async (job: Job): Promise<void> => {
    await saveQueued(job);
    const record = { state: 'sent' as const, send: 'one', sends: 1, refusals: 0 };
    const key = mailRecordKey({ job_id: job.id, run: job.generation });
    await updateDocument(state, key, () => record, { ttlSeconds: KEPT_SECONDS });
  };
  return { saveQueued, saveFinished };
}

async function fill(count: number, saveOne: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const numbers = Array.from({ length: count }).keys();
  const worker = async () => {
    for (const _ of numbers) {
      signal.throwIfAborted();
      await saveOne();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
