import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { held, isLost, LostAttempt } from '../../shared/jobs/transitions.ts';
import { every } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';

export interface HeartbeatTimes {
  /** Interval of saves. Each save renews the lease and notices a cancellation. */
  beatMs: number;
}

export interface Heartbeat {
  /** Aborted with a {@link LostAttempt} when the job was cancelled, deleted, or taken over. */
  lost: AbortSignal;
  /** Adds fields that the next heartbeat saves. */
  tell(fields: Partial<Job>): void;
  /** The fields that have not been saved yet. */
  stop(): Promise<Partial<Job>>;
}

/** Renews the lease of one attempt and saves its progress. An unavailable store does not end the attempt. */
export function startHeartbeat(
  jobs: JobStore,
  { id, attempt }: { id: string; attempt: string },
  { beatMs }: HeartbeatTimes,
  log: Log,
): Heartbeat {
  const lost = new AbortController();
  const stopped = new AbortController();
  let news: Partial<Job> = {};

  async function beat(): Promise<void> {
    const fields = news;
    news = {};
    try {
      await jobs.update(id, held(attempt, fields), stopped.signal);
    } catch (error) {
      news = { ...fields, ...news };
      throw error;
    }
  }

  function failed(error: unknown): void {
    if (stopped.signal.aborted) return;
    if (isLost(error)) {
      stopped.abort();
      lost.abort(error instanceof LostAttempt ? error : new LostAttempt());
    } else {
      log.warn({ err: error }, 'the job could not be kept up to date');
    }
  }

  const running = every(beatMs, beat, failed, stopped.signal);
  return {
    lost: lost.signal,
    tell(fields) {
      news = { ...news, ...fields };
    },
    async stop() {
      stopped.abort();
      await running;
      return news;
    },
  };
}
