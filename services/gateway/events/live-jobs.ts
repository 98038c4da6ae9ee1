import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import { type Backlog, createBacklog } from '../queue/backlog.ts';
import { type Converters, createConverters } from '../queue/converters.ts';
import { createQueue, type Queue } from '../queue/queue.ts';
import { createJobWatcher, type JobWatcher } from './job-watcher.ts';

interface LiveJobsPorts {
  state: StateStore;
  jobs: JobStore;
  index: JobIndex;
  stoppingSignal: AbortSignal;
  log: Log;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/** What all event streams and job views of a process share. */
export interface LiveJobs {
  backlog: Backlog;
  converters: Converters;
  queue: Queue;
  watcher: JobWatcher;
}

export function createLiveJobs(ports: LiveJobsPorts): LiveJobs {
  const backlog = createBacklog(ports);
  const converters = createConverters(ports);
  const parts = { ...ports, backlog, converters };
  return { backlog, converters, queue: createQueue(parts), watcher: createJobWatcher(parts) };
}
