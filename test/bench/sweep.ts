import { createJobIndex } from '../../services/gateway/job-index/job-index.ts';
import { createFailedIndex } from '../../services/gateway/operator/failed-index.ts';
import { createFindNotified } from '../../services/gateway/sweep/find-notified.ts';
import { createSweep } from '../../services/gateway/sweep/sweep.ts';
import { createVideoIndex } from '../../services/gateway/sweep/video-index.ts';
import { createBlobStore } from '../../services/shared/blobs/blob-store.ts';
import { mailRecordKey } from '../../services/shared/contract/mail-record.ts';
import type { Sidecar } from '../../services/shared/dapr/sidecar.ts';
import type { Job } from '../../services/shared/jobs/job.ts';
import { createJobStore } from '../../services/shared/jobs/job-store.ts';
import { createLog } from '../../services/shared/runtime/log.ts';
import { updateDocument } from '../../services/shared/state/documents.ts';
import { done, newJob } from '../support/job.ts';
import { type Bench, gatewaySidecar, median, timed } from './bench.ts';
import { countingState } from './counting-state.ts';
import { FAILED, failedList } from './failed-list.ts';

const QUEUED = 1_000;
const FINISHED = 5_000;
const KEPT_SECONDS = 6 * 3600;
const AT_A_TIME = 8;

interface Cost {
  ms: number;
  calls: number;
  keys: number;
  bytes: number;
  published: number;
}

/** One pass of a new sweep that has looked so often before. */
async function pass({ state, publish }: Sidecar, silentMs: number, looks: number): Promise<Cost> {
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
    counted: () => undefined,
    metrics: {
      ...{ pass: () => () => undefined, open: () => undefined, republished: () => undefined },
      videoDeleted: () => undefined,
    },
    log: createLog('bench', 'silent'),
    stallTimeoutMs: silentMs,
    failBeforeExpiryMs: 0,
    keepVideoMs: KEPT_SECONDS * 1000,
  });
  const { signal } = new AbortController();
  for (let look = 0; look < looks; look++) await sweep.pass(signal);
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

/** What a pass of the sweep costs with jobs that are queued, and with many more that are finished beside them. */
export async function sweep(bench: Bench): Promise<void> {
  const sidecar = gatewaySidecar(bench);
  const { state } = sidecar;
  const jobs = createJobStore(state);
  const index = createJobIndex(state, KEPT_SECONDS);
  const expires = { expires_at: new Date(Date.now() + KEPT_SECONDS * 1000).toISOString() };

  async function fill(count: number, save: (job: Job) => Promise<unknown>, make: () => Job): Promise<void> {
    const numbers = Array.from({ length: count }).keys();
    const worker = async () => {
      for (const _ of numbers) {
        bench.signal.throwIfAborted();
        await save(make());
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }
  const saveQueued = async (job: Job) => {
    await index.addActive(job.owner, job.id);
    await jobs.create(job);
  };
  /** As a job is when its owner was told, before a sweep has closed it. */
  const saveFinished = async (job: Job) => {
    await index.addActive(job.owner, job.id);
    await jobs.create(job);
    const record = { state: 'sent' as const, send: 'one', sends: 1, refusals: 0 };
    const key = mailRecordKey({ job_id: job.id, run: job.generation });
    await updateDocument(state, key, () => record, { ttlSeconds: KEPT_SECONDS });
  };
  const measure = async (silentMs: number, looks: number) => {
    const costs: Cost[] = [];
    for (let run = 0; run < bench.runs; run++) costs.push(await pass(sidecar, silentMs, looks));
    return costs;
  };

  // Nobody takes the jobs: they have no video.
  const { converter } = bench.launched.system.apps;
  if (converter.appPid !== undefined) process.kill(converter.appPid, 'SIGSTOP');
  try {
    const lines = [line('nothing open', await measure(3600_000, 1))];
    const listLines = await failedList(state, { keptSeconds: KEPT_SECONDS, runs: bench.runs });
    lines.push(line(`nothing open, ${FAILED} in the failed index`, await measure(3600_000, 1)));
    await fill(QUEUED, saveQueued, () => newJob(expires));
    lines.push(line(`${QUEUED} queued, none silent`, await measure(3600_000, 1)));
    lines.push(line(`${QUEUED} queued, all silent, published`, await measure(0, 1)));
    await fill(FINISHED, saveFinished, () => done(expires));
    lines.push(line(`… and ${FINISHED} finished, being closed`, [await pass(sidecar, 0, 1)]));
    lines.push(line(`… and ${FINISHED} closed, none silent`, await measure(3600_000, 1)));
    lines.push(line(`… and ${FINISHED} closed, all silent, published`, await measure(0, 1)));
    const head = ['ms', 'calls', 'keys read', 'kB read', 'published'];
    console.log(`
One pass of the sweep, through a sidecar
  ${''.padEnd(40)}${head.map((column) => column.padStart(11)).join('')}
${lines.join('\n')}

The failed index with ${FAILED} jobs, through a sidecar
${listLines.map((text) => `  ${text}`).join('\n')}`);
  } finally {
    if (converter.appPid !== undefined) process.kill(converter.appPid, 'SIGCONT');
    await sidecar.close();
  }
}
