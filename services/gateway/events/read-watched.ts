import { readJobs } from '../../shared/job-index/read-jobs.ts';
import { isVisible, type Job, type VisibleJob } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { Backlog } from '../queue/backlog.ts';
import type { Converters } from '../queue/converters.ts';
import type { KnownJob } from '../queue/known-job.ts';
import type { EarlyReads } from './early-reads.ts';
import type { WakeUp } from './wake-up.ts';

/** Jobs, of about 2 KB each, that are read at once. */
const BATCH = 500;

export interface ReadPorts {
  jobs: Pick<JobStore, 'getMany'>;
  backlog: Backlog;
  converters: Pick<Converters, 'update'>;
  stoppingSignal: AbortSignal;
  log: Log;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
}

export interface JobTopic {
  latest: Stored<VisibleJob> | 'gone';
  /** When a caller read it, by the monotonic clock. What the loop began to read before is older. */
  readAt: number;
  /** When this state was first seen, by the same clock. */
  seenAt: number;
  earlyReads: EarlyReads;
  watchers: Set<WakeUp>;
}

export interface OwnerTopic {
  jobs: Map<string, Stored<Job>>;
  completeAt: number | undefined;
  watchers: Set<WakeUp>;
}

/** What is watched, by the ids of jobs and of users. */
export interface Watched {
  jobTopics: ReadonlyMap<string, JobTopic>;
  ownerTopics: ReadonlyMap<string, OwnerTopic>;
}

/** By owner, and by id. */
type ActiveOfOwners = Map<string, Map<string, KnownJob>>;

/** Milliseconds until a job is to be read before its turn. Infinity where none is. */
export function earlyReadIn({ jobTopics }: Watched): number {
  let ms = Number.POSITIVE_INFINITY;
  for (const { earlyReads, latest, seenAt } of jobTopics.values())
    ms = Math.min(ms, earlyReads.dueIn(latest, seenAt));
  return ms;
}

/** Reads all jobs and all lists of jobs that are watched. */
export async function readAll(ports: ReadPorts, watched: Watched): Promise<void> {
  const { jobTopics, ownerTopics } = watched;
  const { backlog, converters } = ports;
  const isQueued = ({ latest }: JobTopic) => latest !== 'gone' && latest.document.status === 'queued';
  const needsBacklog = ownerTopics.size > 0 || [...jobTopics.values()].some(isQueued);
  const readBefore = backlog.lastRead;
  if (needsBacklog) await Promise.all([backlog.update(), converters.update()]);
  const { lastRead } = backlog;

  const listed = lastRead ? listActive(ownerTopics, backlog) : new Map();
  const ids = [...new Set([...jobTopics.keys(), ...idsToRead(ownerTopics, listed, backlog)])];
  await readWatched(ports, ids, { ...watched, isBacklogNew: lastRead !== readBefore });
  if (lastRead) updateOwnerTopics(ownerTopics, listed, lastRead.wallTime);
}

/** Reads the jobs that are due before their turn. The streams of users see their changes after the next full read. */
export async function readEarly(ports: ReadPorts, watched: Watched): Promise<void> {
  const ids: string[] = [];
  for (const [id, { earlyReads, latest, seenAt }] of watched.jobTopics) {
    if (earlyReads.dueIn(latest, seenAt) > 0) continue;
    earlyReads.spend();
    ids.push(id);
  }
  await readWatched(ports, ids, { ...watched, isBacklogNew: false });
}

async function readWatched(
  { jobs, backlog, stoppingSignal, log, now }: ReadPorts,
  ids: readonly string[],
  { jobTopics, ownerTopics, isBacklogNew }: Watched & { isBacklogNew: boolean },
): Promise<void> {
  for (let at = 0; at < ids.length; at += BATCH) {
    const batch = ids.slice(at, at + BATCH);
    const readAt = now();
    const { found, damaged } = await readJobs(jobs, batch, undefined, stoppingSignal);
    for (const [id, error] of damaged) log.debug({ err: error, job_id: id }, 'a watched job is damaged');
    backlog.observe(found.values());
    for (const id of batch) {
      const stored = found.get(id);
      const topic = jobTopics.get(id);
      if (topic && !damaged.has(id) && topic.readAt < readAt)
        updateJobTopic(topic, stored, { isBacklogNew, readAt });
      if (stored) ownerTopics.get(stored.document.owner)?.jobs.set(id, stored);
    }
  }
}

function listActive(ownerTopics: Watched['ownerTopics'], backlog: Backlog): ActiveOfOwners {
  const listed: ActiveOfOwners = new Map([...ownerTopics.keys()].map((owner) => [owner, new Map()]));
  for (const job of backlog.all()) listed.get(job.owner)?.set(job.id, job);
  return listed;
}

/** The jobs that have changed, or may change at any moment. */
function* idsToRead(
  ownerTopics: Watched['ownerTopics'],
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

function updateJobTopic(
  topic: JobTopic,
  stored: Stored<Job> | undefined,
  { isBacklogNew, readAt }: { isBacklogNew: boolean; readAt: number },
): void {
  const job = stored?.document;
  const next = stored && job && isVisible(job) ? { document: job, etag: stored.etag } : 'gone';
  const mayHaveMoved = isBacklogNew && job?.status === 'queued';
  const isChanged = setLatest(topic, next, readAt);
  if (isChanged || mayHaveMoved) for (const { wake } of topic.watchers) wake();
}

/** Returns whether that is another state than before. */
export function setLatest(topic: JobTopic, next: JobTopic['latest'], readAt: number): boolean {
  const { latest } = topic;
  const isChanged = next === 'gone' || latest === 'gone' ? next !== latest : next.etag !== latest.etag;
  topic.latest = next;
  if (isChanged) topic.seenAt = readAt;
  return isChanged;
}

function updateOwnerTopics(
  ownerTopics: Watched['ownerTopics'],
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
