import type { Job, VisibleJob } from '../../shared/jobs/job.ts';
import type { Stored } from '../../shared/state/documents.ts';
import { createEarlyReads } from './early-reads.ts';
import { createReadLoop } from './read-loop.ts';
import {
  earlyReadIn,
  type JobTopic,
  type OwnerTopic,
  type ReadPorts,
  readAll,
  readEarly,
  setLatest,
} from './read-watched.ts';
import { createWakeUp, type WakeUp } from './wake-up.ts';

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
 * Watches jobs for all event streams of this process, in one loop that reads the store once a second. Between, it reads jobs
 * that are new to it or about to end (early-reads.ts), in one call for all of them, ten times a second at most. It runs only
 * while somebody watches. Any number of watchers of one job, or of one user, cost as much as one.
 */
export interface JobWatcher {
  /** How many jobs and users are watched. Nothing is read while it is 0. */
  readonly size: number;
  /** @param first the job as the caller has read it */
  watchJob(first: Stored<VisibleJob>): JobWatch;
  watchOwner(owner: string): OwnerWatch;
}

export type JobWatcherPorts = Omit<ReadPorts, 'now'> & Partial<Pick<ReadPorts, 'now'>>;

export function createJobWatcher({ now = () => performance.now(), ...others }: JobWatcherPorts): JobWatcher {
  const ports = { ...others, now };
  const jobTopics = new Map<string, JobTopic>();
  const ownerTopics = new Map<string, OwnerTopic>();
  const watched = { jobTopics, ownerTopics };
  const size = () => jobTopics.size + ownerTopics.size;
  const loop = createReadLoop({
    ...ports,
    isNeeded: () => size() > 0,
    readAll: () => readAll(ports, watched),
    readEarly: () => readEarly(ports, watched),
    earlyReadIn: () => earlyReadIn(watched),
  });

  function join<T extends { watchers: Set<WakeUp> }>(topics: Map<string, T>, key: string, create: () => T) {
    const topic = topics.get(key) ?? create();
    topics.set(key, topic);
    const wakeUp = createWakeUp();
    topic.watchers.add(wakeUp);
    const leave = () => {
      topic.watchers.delete(wakeUp);
      if (topic.watchers.size === 0 && topics.get(key) === topic) topics.delete(key);
      if (size() === 0) loop.plan();
    };
    return { topic, wait: wakeUp.wait, [Symbol.dispose]: leave };
  }

  return {
    get size() {
      return size();
    },
    watchJob(first) {
      const times = { readAt: now(), seenAt: now() };
      const created: JobTopic = {
        latest: first,
        ...times,
        earlyReads: createEarlyReads(now),
        watchers: new Set(),
      };
      const { topic, ...watch } = join(jobTopics, first.document.id, () => created);
      setLatest(topic, first, now());
      topic.readAt = now();
      // It is read early, perhaps before the pause ends.
      if (topic === created) loop.plan();
      loop.start();
      return { ...watch, latest: () => topic.latest };
    },
    watchOwner(owner) {
      const created: OwnerTopic = { jobs: new Map(), completeAt: undefined, watchers: new Set() };
      const { topic, ...watch } = join(ownerTopics, owner, () => created);
      // A new reader need not wait for the next round.
      if (topic === created) loop.readAllNow();
      loop.start();
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
