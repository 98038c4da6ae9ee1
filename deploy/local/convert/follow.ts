import { isFinal } from '../../../services/shared/jobs.ts';
import { backoff, type Clock } from './clock.ts';
import { parseEvents } from './event-stream.ts';
import { Problem } from './failure.ts';
import { connectionFailure } from './gateway.ts';
import { getJob, type JobState, jobState } from './job.ts';
import type { Session } from './session.ts';

/** The gateway says something at least every 15 seconds. */
const SILENCE_MS = 45_000;
/** Streams that brought nothing new; a proxy that holds events back, for one. From then on it is asking. */
const MAX_BARREN_STREAMS = 3;
const POLL_MS = 2_000;
/** Failures in a row, with pauses between them: about two minutes. */
const MAX_FAILURES = 15;

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
  let failures = 0;
  for (;;) {
    try {
      if (barren < MAX_BARREN_STREAMS) {
        barren += 1;
        for await (const job of jobEvents(session, id, signal)) {
          barren = failures = 0;
          onChange(job);
          if (isFinal(job)) return job;
        }
      }
    } catch (error) {
      assertPassing(error, signal);
    }
    try {
      const job = await getJob(session, id, signal);
      failures = 0;
      onChange(job);
      if (isFinal(job)) return job;
    } catch (error) {
      assertPassing(error, signal);
      failures += 1;
      if (failures === MAX_FAILURES) throw error;
      onTrouble?.(error);
    }
    await clock.sleep(failures > 0 ? backoff(failures) : POLL_MS, signal);
  }
}

/** What the gateway decided stays so; all else may pass. */
function assertPassing(error: unknown, signal: AbortSignal): void {
  if (signal.aborted) throw error;
  if (error instanceof Problem && error.status < 500 && error.status !== 429) throw error;
}

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
