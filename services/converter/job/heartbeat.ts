import type { JobStore } from '../../shared/jobs/job-store.ts';
import { isLostAttempt, LostAttempt } from '../../shared/jobs/transition-guards.ts';
import { type AttemptUpdate, updateAttempt } from '../../shared/jobs/transitions.ts';
import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';

export interface HeartbeatTimes {
  /** Interval of the saves. Each save renews the lease, and notices whether the job was cancelled. */
  beatMs: number;
}

export interface Heartbeat {
  /** Aborted with a {@link LostAttempt} when the job was cancelled, deleted, or taken over. */
  lostSignal: AbortSignal;
  /** Adds fields that the next heartbeat saves. */
  queueUpdate(fields: AttemptUpdate): void;
  /** Ends the heartbeat. Resolves with the fields that have not been saved. */
  stop(): Promise<AttemptUpdate>;
}

/** Renews the lease of one attempt and saves its progress. An unavailable store does not end the attempt. */
export function startHeartbeat(
  jobs: JobStore,
  { jobId, attemptId }: { jobId: string; attemptId: string },
  { beatMs }: HeartbeatTimes,
  log: Log,
): Heartbeat {
  const lost = new AbortController();
  const stopped = new AbortController();
  let pendingUpdate: AttemptUpdate = {};

  async function beat(): Promise<void> {
    const fields = pendingUpdate;
    pendingUpdate = {};
    try {
      await jobs.update(jobId, updateAttempt(attemptId, fields), stopped.signal);
    } catch (error) {
      pendingUpdate = { ...fields, ...pendingUpdate };
      throw error;
    }
  }

  function handleFailure(error: unknown): void {
    if (stopped.signal.aborted) return;
    if (isLostAttempt(error)) {
      stopped.abort();
      lost.abort(error instanceof LostAttempt ? error : new LostAttempt());
    } else {
      log.warn({ err: error }, 'the heartbeat could not save the progress of the job');
    }
  }

  const running = repeat(beatMs, beat, handleFailure, stopped.signal);
  return {
    lostSignal: lost.signal,
    queueUpdate(fields) {
      pendingUpdate = { ...pendingUpdate, ...fields };
    },
    async stop() {
      stopped.abort();
      await running;
      return pendingUpdate;
    },
  };
}
