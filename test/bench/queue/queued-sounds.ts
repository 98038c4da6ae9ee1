import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createJobIndex } from '../../../services/gateway/job-index/job-index.ts';
import type { Sidecar } from '../../../services/shared/dapr/sidecar.ts';
import type { Job, QueuedJob } from '../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../services/shared/jobs/job-store.ts';
import type { Account } from '../../support/client.ts';
import { apiOf, type Bench, upload } from '../bench.ts';
import { fill } from '../fill.ts';
import { KEPT_SECONDS } from '../sweep-pass.ts';

const run = promisify(execFile);

/**
 * Jobs of one user, each of which converts a sound of a second. The sound is uploaded once. The other jobs are saved as the gateway
 * saves them, with the same sound, because ten thousand uploads would take an hour.
 */
export interface QueuedSounds {
  account: Account;
  /** Adds jobs until this many are queued. */
  fillTo(count: number): Promise<void>;
  /** Reads all jobs, in the order in which their turn comes. */
  all(): Promise<Job[]>;
  /** Reads the jobs with these ids. */
  read(ids: readonly string[]): Promise<Job[]>;
}

/** Jobs that are read at once. */
const BATCH = 500;

/** The converters must be paused, so that the job which is uploaded stays queued. */
export async function createQueuedSounds(bench: Bench, { state }: Sidecar): Promise<QueuedSounds> {
  const account = await apiOf(bench).newAccount();
  const jobs = createJobStore(state);
  const index = createJobIndex(state, KEPT_SECONDS);
  const id = await upload(bench, account, await oneSecond(bench));
  const { document: first } = await jobs.get(id);
  if (first.status !== 'queued') throw new Error(`the first job is ${first.status}`);
  const ids = [id];

  async function add(): Promise<void> {
    const job: QueuedJob = { ...first, id: randomUUID() } as QueuedJob;
    const queuedAt = new Date(Date.parse(first.updated_at) + ids.push(job.id)).toISOString();
    await index.addActive(job.owner, job.id);
    await jobs.create({ ...job, updated_at: queuedAt });
    await index.addOwned(job.owner, job.id);
  }

  async function read(wanted: readonly string[]): Promise<Job[]> {
    const all: Job[] = [];
    for (let at = 0; at < wanted.length; at += BATCH) {
      const some = wanted.slice(at, at + BATCH);
      const found = await jobs.getMany(some, bench.signal);
      all.push(...some.flatMap((each) => found.get(each)?.document ?? []));
    }
    return all;
  }
  const all = () => read(ids);

  return {
    account,
    ...{ all, read },
    async fillTo(count) {
      const queued = (await all()).filter(({ status }) => status === 'queued');
      await fill(Math.max(0, count - queued.length), add, bench.signal);
    },
  };
}

async function oneSecond({ filmDir, signal }: Bench): Promise<string> {
  await mkdir(filmDir, { recursive: true });
  const path = join(filmDir, 'one-second.mp4');
  const sound = ['-f', 'lavfi', '-i', 'anoisesrc=c=pink:r=44100:a=0.2:d=1:seed=1'];
  await run('ffmpeg', ['-v', 'error', '-y', ...sound, '-c:a', 'aac', path], { signal });
  return path;
}
