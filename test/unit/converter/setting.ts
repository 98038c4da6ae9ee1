import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type ConvertPorts, createConvert } from '../../../services/converter/convert.ts';
import { createSlots } from '../../../services/converter/slots.ts';
import { createSpool } from '../../../services/converter/spool.ts';
import { createTranscode } from '../../../services/converter/transcode.ts';
import { type BlobStore, createBlobStore } from '../../../services/shared/blobs.ts';
import { createJobStore, type JobStore } from '../../../services/shared/job-store.ts';
import type { Job } from '../../../services/shared/jobs.ts';
import { createMemoryState, type StateStore } from '../../../services/shared/state.ts';
import { processesIn } from './processes.ts';

type MemoryState = ReturnType<typeof createMemoryState>;

export interface Setting extends AsyncDisposable {
  state: MemoryState;
  jobs: JobStore;
  blobs: BlobStore;
  published: { topic: string; event: unknown }[];
  lines: Record<string, unknown>[];
  stopping: AbortController;
  /** Stores the file and a queued job for it. */
  submit(path: string, fields?: Partial<Job>): Promise<Job>;
  /** Delivers the event of a job. */
  deliver(job: Pick<Job, 'id'>, waiting?: AbortSignal): Promise<void>;
  job(job: Pick<Job, 'id'>): Promise<Job>;
  /** Ids of the blobs there are. */
  stored(): string[];
}

export const TRACE = '0123456789abcdef0123456789abcdef';
const limits = { maxDurationSeconds: 3600, maxConvertSeconds: 60 };

/** A converter on a store in memory, with real ffmpeg; at its end it checks that no folder and no process is left. */
export async function setUp(
  options: Partial<ConvertPorts> & { wrap?: (state: StateStore) => StateStore } = {},
): Promise<Setting> {
  const root = await mkdtemp(join(tmpdir(), 'mp3converter-convert-'));
  const spool = createSpool(root);
  await spool.prepare();
  const state = createMemoryState();
  const { wrap = (same) => same, ...ports } = options;
  const wrapped = wrap(state);
  const jobs = createJobStore(wrapped);
  const blobs = createBlobStore(wrapped);
  const published: Setting['published'] = [];
  const lines: Setting['lines'] = [];
  const stopping = new AbortController();
  const convert = createConvert({
    jobs,
    blobs,
    spool,
    async publish(topic, event) {
      published.push({ topic, event });
    },
    transcode: createTranscode({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', limits }),
    slots: createSlots(2),
    times: { leaseMs: 60, pollMs: 5, beatMs: 5, renewMs: 20 },
    maxAttempts: 3,
    stopping: stopping.signal,
    log: pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) }),
    ...ports,
  });

  return {
    state,
    jobs,
    blobs,
    published,
    lines,
    stopping,
    async submit(path, fields) {
      const plain = createBlobStore(state);
      const video = await plain.write(createReadStream(path), { ttlSeconds: 3600 });
      const job = { ...newJob(video), ...fields };
      await createJobStore(state).create(job);
      return job;
    },
    deliver: ({ id }, waiting = new AbortController().signal) =>
      convert({ job_id: id, trace_id: TRACE }, waiting),
    job: async ({ id }) => (await createJobStore(state).get(id)).document,
    stored: () => state.keys().flatMap((key) => (key.startsWith('blob:') ? [key.slice(5)] : [])),
    async [Symbol.asyncDispose]() {
      const left = (await readdir(root, { recursive: true })).filter((name) => name.includes('/'));
      const running = await processesIn(root);
      await rm(root, { recursive: true, force: true });
      assert.deepEqual(left, [], 'a private folder is left');
      assert.deepEqual(running, [], 'a process is left');
    },
  };
}

function newJob(video: { id: string; size: number; sha256: string }): Job {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    status: 'queued',
    progress: 0,
    eta_seconds: null,
    filename: '../../étrange\r\n<b>"name".mp4',
    options: { quality: 9 },
    source: { size: video.size, sha256: video.sha256, duration_seconds: null, tracks: null },
    mp3: null,
    error: null,
    attempts: 0,
    created_at: now,
    updated_at: now,
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    owner: randomUUID(),
    email: 'owner@example.org',
    trace_id: TRACE,
    video: video.id,
    audio: null,
    attempt: null,
    download_url: 'http://localhost:8080/download/x?signature=SECRET',
  };
}
