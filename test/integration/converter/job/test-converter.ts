import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import { createDiskFullBackoff } from '../../../../services/converter/capacity/disk-full-backoff.ts';
import { createBeginners } from '../../../../services/converter/fairness/beginners.ts';
import type { QueuedJobs } from '../../../../services/converter/fairness/queued-jobs.ts';
import { createTurns } from '../../../../services/converter/fairness/turns.ts';
import { type ConvertPorts, createConvert } from '../../../../services/converter/job/convert.ts';
import { createTranscode } from '../../../../services/converter/transcode/transcode.ts';
import { type BlobStore, createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore, type JobStore } from '../../../../services/shared/jobs/job-store.ts';
import { createSpool } from '../../../../services/shared/runtime/spool.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';
import { createConfirmMissing, writeMarker } from '../../../../services/shared/state/store-marker.ts';
import { assertValidEvent } from '../../../support/contract.ts';
import { type FlatJob, flat, newJob } from '../../../support/job.ts';
import { processesIn } from '../../../support/processes.ts';
import { tools } from '../../../support/tools.ts';

type MemoryState = ReturnType<typeof createMemoryState>;

export interface TestConverter extends AsyncDisposable {
  state: MemoryState;
  jobs: JobStore;
  blobs: BlobStore;
  published: { topic: string; event: object }[];
  lines: Record<string, unknown>[];
  /** The folder of the private folders. */
  root: string;
  stopping: AbortController;
  /** Stores the file and a queued job for it. */
  submit(path: string, fields?: Parameters<typeof newJob<Job['status']>>[0]): Promise<Job>;
  /** Delivers the event of a job. Abort `closedSignal` to close the connection of the delivery. */
  deliver(job: Pick<Job, 'id'>, closedSignal?: AbortSignal): Promise<void>;
  /** Looks for jobs without a delivery, as an idle converter does. */
  look(): Promise<void>;
  /** Looks for the job of an upload with which this converter has begun. */
  convertBegun(jobId: string): Promise<void>;
  job(job: Pick<Job, 'id'>): Promise<FlatJob>;
  /** Returns the ids of the blobs in the store. */
  stored(): string[];
}

export const TRACE = '0123456789abcdef0123456789abcdef';
/** No jobs are known, so that each converter converts those whose events it gets. */
const noQueuedJobs: QueuedJobs = { update: async () => undefined, all: () => [], forget: () => undefined };
const limits = { maxDurationSeconds: 3600, maxConvertSeconds: 240 };

/**
 * Creates a converter on a store in memory, with real ffmpeg. When it is disposed of, it checks that no folder and no process
 * is left, and that the published events are as asyncapi.json describes them.
 */
export async function createTestConverter(
  options: Partial<ConvertPorts> & { state?: MemoryState; wrap?: (state: StateStore) => StateStore } = {},
): Promise<TestConverter> {
  const root = await mkdtemp(join(tmpdir(), 'mp3converter-convert-'));
  const spool = createSpool(root);
  await spool.prepare();
  const { state = createMemoryState(), wrap = (same) => same, ...ports } = options;
  await writeMarker(state, 3600, new AbortController().signal);
  const wrapped = wrap(state);
  const jobs = createJobStore(wrapped);
  const blobs = createBlobStore(wrapped);
  const published: TestConverter['published'] = [];
  const lines: TestConverter['lines'] = [];
  const stopping = new AbortController();
  const { convert, convertWhileFree, convertBegun } = createConvert({
    jobs,
    beginners: createBeginners(wrapped, pino({ level: 'silent' })),
    blobs,
    spool,
    async publish(topic, event) {
      published.push({ topic, event });
    },
    transcode: createTranscode({ ...tools, limits }),
    slots: createCoreSlots(2),
    turns: createTurns(),
    queued: noQueuedJobs,
    estimate: () => null,
    diskFullBackoff: createDiskFullBackoff(async () => undefined),
    confirmMissing: createConfirmMissing(wrapped, jobs.find),
    times: { leaseMs: 60, pollMs: 5, beatMs: 5 },
    retryPolicy: { forMs: 0 },
    maxAttempts: 3,
    maxInfrastructureFailures: 4,
    stoppingSignal: stopping.signal,
    log: pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) }),
    ...ports,
  });

  return {
    state,
    jobs,
    blobs,
    published,
    lines,
    root,
    stopping,
    submit: (path, fields) => submit(state, path, fields),
    deliver: ({ id }, closedSignal = new AbortController().signal) =>
      convert({ job_id: id, trace_id: TRACE }, closedSignal),
    look: () => convertWhileFree(stopping.signal),
    convertBegun,
    job: async ({ id }) => flat((await createJobStore(state).get(id)).document),
    stored: () => state.keys().flatMap((key) => (key.startsWith('blob:') ? [key.slice(5)] : [])),
    async [Symbol.asyncDispose]() {
      const left = (await readdir(root, { recursive: true })).filter((name) => name.includes('/'));
      const running = processesIn(root);
      await rm(root, { recursive: true, force: true });
      assert.deepEqual(left, [], 'a private folder is left');
      assert.deepEqual(running, [], 'a process is left');
      for (const { topic, event } of published) assertValidEvent(topic, event);
    },
  };
}

/** Stores the file as a video, and a queued job for it. */
async function submit(
  state: MemoryState,
  path: string,
  fields: Parameters<TestConverter['submit']>[1],
): Promise<Job> {
  const expires = new Date(Date.now() + 3_600_000);
  const blobs = createBlobStore(state);
  const { id, size, sha256 } = await blobs.write(randomUUID(), createReadStream(path), { expires });
  const job = newJob({
    filename: '../../étrange\r\n<b>"name".mp4',
    options: { quality: 9 },
    source: { size, sha256, duration_seconds: null, tracks: null, original: null, kept: 'whole' },
    trace_id: TRACE,
    videoBlobId: id,
    ...fields,
  });
  await createJobStore(state).create(job);
  return job;
}
