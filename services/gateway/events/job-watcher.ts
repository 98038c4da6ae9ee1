import { isVisible, type Job, type VisibleJob } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { delay } from '../../shared/runtime/delay.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Stored } from '../../shared/state/documents.ts';
import { readJobs } from '../job-index/read-jobs.ts';
import type { Backlog } from '../queue/backlog.ts';
import type { Converters } from '../queue/converters.ts';
import type { KnownJob } from '../queue/known-job.ts';
import { createWakeUp, type WakeUp } from './wake-up.ts';

/** Milliseconds between two reads of the watched jobs. */
const POLL_MS = 1_000;
/** Jobs, of about 2 KB each, that are read at once. */
const BATCH = 500;

interface Watch extends Pick<WakeUp, 'wait'>, Disposable {}

export interface JobWatch extends Watch {
  /** The newest state that is known. */
  latest(): Stored<VisibleJob> | 'gone';
}

export interface OwnerWatch extends Watch {
  /** The active jobs of the owner as they were last read, hidden ones included. It is empty before the first read. */
  readonly jobs: ReadonlyMap<string, Stored<Job>>;
  /**
   * Everything that was stored before this time is in `jobs`: milliseconds since the epoch, by the clock of this gateway.
   * Undefined before the first read.
   */
  readonly completeAt: number | undefined;
}

/**
 * Watches jobs for all event streams of this process, in one loop that reads the store once a second. It runs only while
 * somebody watches. Any number of watchers of one job, or of one user, cost as much as one.
 */
export interface JobWatcher {
  /** How many jobs and users are watched. Nothing is read while it is 0. */
  readonly size: number;
  /** @param first the job as the caller has read it */
  watchJob(first: Stored<VisibleJob>): JobWatch;
  watchOwner(owner: string): OwnerWatch;
}

export interface JobWatcherPorts {
  jobs: Pick<JobStore, 'getMany'>;
  backlog: Backlog;
  converters: Pick<Converters, 'update'>;
  stoppingSignal: AbortSignal;
  log: Log;
}

interface JobTopic {
  latest: Stored<VisibleJob> | 'gone';
  /** When a caller read it, by the monotonic clock. What the loop began to read before is older. */
  readAt: number;
  watchers: Set<WakeUp>;
}

/** By owner, and by id. */
type ActiveOfOwners = Map<string, Map<string, KnownJob>>;

interface OwnerTopic {
  jobs: Map<string, Stored<Job>>;
  completeAt: number | undefined;
  watchers: Set<WakeUp>;
}

export function createJobWatcher(ports: JobWatcherPorts): JobWatcher {
  const { stoppingSignal, log } = ports;
  const jobTopics = new Map<string, JobTopic>();
  const ownerTopics = new Map<string, OwnerTopic>();
  let isRunning = false;
  /** Ends the pause before the next round. */
  let hurry = new AbortController();

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    while (jobTopics.size + ownerTopics.size > 0 && !stoppingSignal.aborted) {
      await runRound(ports, jobTopics, ownerTopics).catch((error: unknown) => {
        // The streams go on, and the next round tries again.
        const level = isAppError(error, 'unavailable') ? 'debug' : 'warn';
        if (!stoppingSignal.aborted) log[level]({ err: error }, 'the watched jobs could not be read');
      });
      hurry = new AbortController();
      await delay(POLL_MS, AbortSignal.any([hurry.signal, stoppingSignal])).catch(() => undefined);
    }
    isRunning = false;
  }

  function join<T extends { watchers: Set<WakeUp> }>(topics: Map<string, T>, key: string, create: () => T) {
    const topic = topics.get(key) ?? create();
    topics.set(key, topic);
    const wakeUp = createWakeUp();
    topic.watchers.add(wakeUp);
    const leave = () => {
      topic.watchers.delete(wakeUp);
      if (topic.watchers.size === 0 && topics.get(key) === topic) topics.delete(key);
      if (jobTopics.size + ownerTopics.size === 0) hurry.abort();
    };
    return { topic, wait: wakeUp.wait, [Symbol.dispose]: leave };
  }

  return {
    get size() {
      return jobTopics.size + ownerTopics.size;
    },
    watchJob(first) {
      const created: JobTopic = { latest: first, readAt: 0, watchers: new Set() };
      const { topic, ...watch } = join(jobTopics, first.document.id, () => created);
      topic.latest = first;
      topic.readAt = performance.now();
      void run();
      return { ...watch, latest: () => topic.latest };
    },
    watchOwner(owner) {
      const created: OwnerTopic = { jobs: new Map(), completeAt: undefined, watchers: new Set() };
      const { topic, ...watch } = join(ownerTopics, owner, () => created);
      // A new reader need not wait for the next round.
      if (topic === created) hurry.abort();
      void run();
      return {
        ...watch,
        jobs: topic.jobs,
        get completeAt() {
          return topic.completeAt;
        },
      };
    },
  };
}

async function runRound(
  { jobs, backlog, converters, stoppingSignal, log }: JobWatcherPorts,
  jobTopics: ReadonlyMap<string, JobTopic>,
  ownerTopics: ReadonlyMap<string, OwnerTopic>,
): Promise<void> {
  const isQueued = ({ latest }: JobTopic) => latest !== 'gone' && latest.document.status === 'queued';
  const needsBacklog = ownerTopics.size > 0 || [...jobTopics.values()].some(isQueued);
  const readBefore = backlog.lastRead;
  if (needsBacklog) await Promise.all([backlog.update(), converters.update()]);
  const { lastRead } = backlog;
  const isBacklogNew = lastRead !== readBefore;

  const listed = lastRead ? listActive(ownerTopics, backlog) : new Map();
  const ids = [...new Set([...jobTopics.keys(), ...idsToRead(ownerTopics, listed, backlog)])];
  for (let at = 0; at < ids.length; at += BATCH) {
    const batch = ids.slice(at, at + BATCH);
    const readAt = performance.now();
    const { found, damaged } = await readJobs(jobs, batch, undefined, stoppingSignal);
    for (const [id, error] of damaged) log.debug({ err: error, job_id: id }, 'a watched job is damaged');
    backlog.observe(found.values());
    for (const id of batch) {
      const stored = found.get(id);
      const topic = jobTopics.get(id);
      if (topic && !damaged.has(id) && topic.readAt < readAt) updateJobTopic(topic, stored, isBacklogNew);
      if (stored) ownerTopics.get(stored.document.owner)?.jobs.set(id, stored);
    }
  }
  if (lastRead) updateOwnerTopics(ownerTopics, listed, lastRead.wallTime);
}

function listActive(ownerTopics: ReadonlyMap<string, OwnerTopic>, backlog: Backlog): ActiveOfOwners {
  const listed: ActiveOfOwners = new Map([...ownerTopics.keys()].map((owner) => [owner, new Map()]));
  for (const job of backlog.all()) listed.get(job.owner)?.set(job.id, job);
  return listed;
}

/** The jobs that have changed, or may change at any moment. */
function* idsToRead(
  ownerTopics: ReadonlyMap<string, OwnerTopic>,
  listed: ActiveOfOwners,
  backlog: Backlog,
): Generator<string> {
  for (const [owner, jobs] of listed) {
    for (const job of jobs.values()) {
      const isKnown = ownerTopics.get(owner)?.jobs.get(job.id)?.etag === job.etag;
      if (!isKnown || backlog.isMoving(job)) yield job.id;
    }
  }
}

function updateJobTopic(topic: JobTopic, stored: Stored<Job> | undefined, isBacklogNew: boolean): void {
  const { latest } = topic;
  const job = stored?.document;
  const next = stored && job && isVisible(job) ? { document: job, etag: stored.etag } : 'gone';
  const isChanged = next === 'gone' || latest === 'gone' ? next !== latest : next.etag !== latest.etag;
  const mayHaveMoved = isBacklogNew && job?.status === 'queued';
  topic.latest = next;
  if (isChanged || mayHaveMoved) for (const { wake } of topic.watchers) wake();
}

function updateOwnerTopics(
  ownerTopics: ReadonlyMap<string, OwnerTopic>,
  listed: ActiveOfOwners,
  completeAt: number,
): void {
  for (const [owner, active] of listed) {
    const topic = ownerTopics.get(owner);
    if (!topic) continue;
    for (const id of topic.jobs.keys()) if (!active.has(id)) topic.jobs.delete(id);
    topic.completeAt = completeAt;
    for (const { wake } of topic.watchers) wake();
  }
}
