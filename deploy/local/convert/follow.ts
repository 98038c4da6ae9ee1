import { isFinal } from '../../../services/shared/jobs.ts';
import type { Clock } from './clock.ts';
import { parseEvents } from './event-stream.ts';
import { Problem } from './failure.ts';
import { connectionFailure } from './gateway.ts';
import { getJob, type JobState, jobState } from './job.ts';
import { createPatience, PATIENCE_MS } from './retry.ts';
import type { Session } from './session.ts';

/** The gateway says something at least every 15 seconds. */
const SILENCE_MS = 45_000;
/** Streams that brought nothing new; a proxy that holds events back, for one. From then on it is asking. */
const MAX_BARREN_STREAMS = 3;
const POLL_MS = 2_000;

export interface FollowOptions {
  clock: Clock;
  signal: AbortSignal;
  onChange: (job: JobState) => void;
  onTrouble?: (error: unknown) => void;
}

/** Watches a job until it is final: by its events, by asking where these break off. */
export async function followJob(session: Session, id: string, options: FollowOptions): Promise<JobState> {
  const { clock, signal, onChange, onTrouble } = options;
  let barren = 0;
  const patience = createPatience(PATIENCE_MS, mayPass);
  for (;;) {
    try {
      if (barren < MAX_BARREN_STREAMS) {
        barren += 1;
        for await (const job of jobEvents(session, id, signal)) {
          barren = 0;
          patience.restore();
          onChange(job);
          if (isFinal(job)) return job;
        }
      }
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error;
    }
    let pauseMs = POLL_MS;
    try {
      const job = await getJob(session, id, signal);
      patience.restore();
      onChange(job);
      if (isFinal(job)) return job;
    } catch (error) {
      if (signal.aborted) throw error;
      pauseMs = patience.after(error);
      onTrouble?.(error);
    }
    await clock.sleep(pauseMs, signal);
  }
}

/** What the gateway decided stays so; all else may pass. */
const mayPass = (error: unknown): boolean =>
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
