import { isFinalStatus } from '../../../shared/jobs/job.ts';
import type { Clock } from './clock.ts';
import { parseEvents } from './event-stream.ts';
import { Problem } from './failure.ts';
import { connectionFailure } from './gateway.ts';
import { getJob, type JobState, jobState } from './job.ts';
import { createPatience, PATIENCE_MS, retryAfterOf } from './retry.ts';
import type { Session } from './session.ts';

/** The gateway sends something at least every 15 seconds. */
const SILENCE_MS = 45_000;
/** After so many streams in a row without an event, only polls follow: a proxy may be buffering the events. */
const MAX_BARREN_STREAMS = 3;
const POLL_MS = 2_000;

export interface FollowOptions {
  clock: Clock;
  signal: AbortSignal;
  onChange: (job: JobState) => void;
  onTrouble?: (error: unknown) => void;
}

/** Watches a job until it is final: by its event stream, and by polls where the stream breaks off. */
export async function followJob(session: Session, id: string, options: FollowOptions): Promise<JobState> {
  const { clock, signal, onChange, onTrouble } = options;
  let barren = 0;
  /** A stream that was refused is not asked for before this time; until then the job is polled. */
  let listenAt = 0;
  const patience = createPatience(PATIENCE_MS, isTemporary);
  for (;;) {
    try {
      if (barren < MAX_BARREN_STREAMS && clock.now() >= listenAt) {
        barren += 1;
        for await (const job of jobEvents(session, id, signal)) {
          barren = 0;
          patience.restore();
          onChange(job);
          if (isFinalStatus(job.status)) return job;
        }
      }
    } catch (error) {
      if (signal.aborted || !isTemporary(error)) throw error;
      listenAt = clock.now() + retryAfterOf(error) * 1000;
    }
    let pauseMs = POLL_MS;
    try {
      const job = await getJob(session, id, signal);
      patience.restore();
      onChange(job);
      if (isFinalStatus(job.status)) return job;
    } catch (error) {
      if (signal.aborted) throw error;
      pauseMs = patience.after(error);
      onTrouble?.(error);
    }
    await clock.sleep(pauseMs, signal);
  }
}

/** A 4xx other than 429 is final; anything else may be temporary. */
const isTemporary = (error: unknown): boolean =>
  !(error instanceof Problem) || error.status >= 500 || error.status === 429;

async function* jobEvents(session: Session, id: string, signal: AbortSignal): AsyncGenerator<JobState> {
  const reply = await session.send({
    method: 'GET',
    path: `/jobs/${id}/events`,
    headers: { accept: 'text/event-stream' },
    silence: SILENCE_MS,
    signal,
  });
  try {
    for await (const { type, data } of parseEvents(reply.body)) {
      if (type === 'job') yield jobState.parse(JSON.parse(data));
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : connectionFailure(error, session.url);
  }
}
