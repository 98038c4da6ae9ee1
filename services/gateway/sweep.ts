import { setTimeout as sleep } from 'node:timers/promises';
import { readDocuments, type Stored } from '../shared/documents.ts';
import { TOPICS } from '../shared/events.ts';
import type { JobIndex } from '../shared/job-index.ts';
import type { JobStore } from '../shared/job-store.ts';
import type { Job } from '../shared/jobs.ts';
import type { Log } from '../shared/log.ts';
import { type MailRecord, mailRecordKey, outcomeOf } from '../shared/outcome.ts';
import type { Sidecar } from '../shared/sidecar.ts';
import type { StateStore } from '../shared/state.ts';

/** An entry is made before its job; this long after, a job that is not there will not come. */
const ORPHAN_MS = 10 * 60_000;
const MAX_SILENT_FACTOR = 16;

export interface SweepPorts {
  state: StateStore;
  jobs: JobStore;
  index: JobIndex;
  publish: Sidecar['publish'];
  log: Log;
  silentSeconds: number;
}

/** How long a job has been the same, by this process's own clock: those of other machines may be wrong. */
interface Watch {
  etag: string;
  since: number;
  /** Doubles with each publication, or a long queue would fill with repetitions. */
  patience: number;
}

/**
 * Nothing rests on one message: whatever is open and silent is published again, jobs to convert as well as outcomes to tell,
 * and what is settled leaves the index. Any number of replicas may do this at once; it costs what is open, not what there was.
 */
export function createSweep({ state, jobs, index, publish, log, silentSeconds }: SweepPorts) {
  const watches = new Map<string, Watch>();

  /** The watch on a job that has been the same for too long. */
  function silentWatch(id: string, etag: string): Watch | undefined {
    const watch = watches.get(id);
    const now = performance.now();
    if (watch?.etag === etag) {
      return now - watch.since < silentSeconds * 1000 * watch.patience ? undefined : watch;
    }
    watches.set(id, { etag, since: now, patience: 1 });
    return undefined;
  }

  async function republish(job: Job, watch: Watch): Promise<void> {
    const outcome = outcomeOf(job);
    const [topic, event] = outcome
      ? [TOPICS.mp3, outcome]
      : [TOPICS.video, { job_id: job.id, trace_id: job.trace_id }];
    await publish(topic, event);
    // Only now: while the broker is away, no patience is used up.
    watch.since = performance.now();
    watch.patience = Math.min(watch.patience * 2, MAX_SILENT_FACTOR);
    log.info({ job_id: job.id, trace_id: job.trace_id, topic }, 'published again');
  }

  async function isTold(stored: Stored<Job>[], signal: AbortSignal): Promise<(job: Job) => boolean> {
    const keyOf = (job: Job) => {
      const outcome = outcomeOf(job);
      return outcome && mailRecordKey(outcome);
    };
    const keys = stored.flatMap(({ document }) => keyOf(document) ?? []);
    const records = await readDocuments<MailRecord>(state, keys, signal);
    return (job) => {
      if (job.status === 'cancelled') return true;
      const key = keyOf(job);
      return key !== undefined && records.get(key)?.document.state === 'sent';
    };
  }

  /** One pass over all that is open. */
  async function pass(signal: AbortSignal): Promise<void> {
    const open = new Set<string>();
    const silent: [Job, Watch][] = [];
    for await (const entries of index.listOpen(signal)) {
      const stored = await jobs.getMany(
        entries.map(({ id }) => id),
        signal,
      );
      const told = await isTold([...stored.values()], signal);
      const settled: string[] = [];
      for (const { id, since } of entries) {
        const found = stored.get(id);
        if (found ? told(found.document) : Date.now() - since.getTime() > ORPHAN_MS) {
          settled.push(id);
          continue;
        }
        open.add(id);
        const watch = found && silentWatch(id, found.etag);
        if (watch) silent.push([found.document, watch]);
      }
      if (settled.length > 0) await index.close(settled, signal);
    }
    for (const id of watches.keys()) if (!open.has(id)) watches.delete(id);
    // Last: a broker that is away ends the pass, and all else needs none.
    for (const [job, watch] of silent) await republish(job, watch);
  }

  return {
    pass,
    async run(everySeconds: number, signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await pass(signal).catch((error: unknown) => {
          if (!signal.aborted) log.warn({ err: error }, 'a sweep broke off; the next goes on');
        });
        await sleep(everySeconds * 1000, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
