import * as z from 'zod';
import { type JobView, jobView } from '../../shared/jobs/job-view.ts';
import type { ParsedEvent } from './parse-events.ts';
import type { Session } from './session/session.ts';

/** The gateway sends something at least every 15 seconds. */
const IDLE_TIMEOUT_MS = 45_000;

export interface StreamOptions {
  /** The id of the last event that was received, for a stream that continues another one. */
  lastEventId?: string | undefined;
  /** Called with everything that arrives, also between two events. */
  onAlive?: () => void;
  signal: AbortSignal;
}

/** An event, with the id to continue from where it has one. */
export type WithId<T> = T & { id: string | undefined };

/**
 * Yields a job as it is, and again whenever it changes. The stream ends when the job is final, and may end earlier. It yields
 * nothing where the job is still as it was at `lastEventId`. An `EventSource` cannot be used, because it cannot send the access
 * token. @throws ConnectionLostError, ProblemError
 */
export async function* jobEvents(
  session: Session,
  id: string,
  options: StreamOptions,
): AsyncGenerator<WithId<{ job: JobView }>> {
  for await (const { event, data, id: eventId } of openStream(session, `/jobs/${id}/events`, options)) {
    if (event === 'job') yield { job: jobView.parse(JSON.parse(data)), id: eventId };
  }
}

const gone = z.object({ id: z.string() });
const snapshot = z.object({ unfinished: z.number(), resumed: z.boolean() });

/** What happens to the jobs of the user. */
export type JobsEvent =
  | { type: 'job'; job: JobView }
  /** The job was deleted, or has expired. */
  | { type: 'gone'; jobId: string }
  /** All unfinished jobs have come. `resumed`: and everything that ended since `lastEventId`. */
  | ({ type: 'snapshot' } & z.infer<typeof snapshot>)
  /** Nothing has happened up to the id of this event. */
  | { type: 'alive' };

/** Yields what happens to all jobs of the user, beginning with the unfinished ones. @throws ConnectionLostError, ProblemError */
export async function* allJobEvents(
  session: Session,
  options: StreamOptions,
): AsyncGenerator<WithId<JobsEvent>> {
  for await (const event of openStream(session, '/jobs/events', options)) {
    const parsed = parseJobsEvent(event);
    if (parsed) yield { ...parsed, id: event.id };
  }
}

/** Returns undefined for an event that a later release may add. */
function parseJobsEvent({ event, data }: ParsedEvent): JobsEvent | undefined {
  switch (event) {
    case 'job':
      return { type: 'job', job: jobView.parse(JSON.parse(data)) };
    case 'gone':
      return { type: 'gone', jobId: gone.parse(JSON.parse(data)).id };
    case 'snapshot':
      return { type: 'snapshot', ...snapshot.parse(JSON.parse(data)) };
    case 'alive':
      return { type: 'alive' };
    default:
      return undefined;
  }
}

async function* openStream(
  session: Session,
  path: string,
  { lastEventId, onAlive = () => undefined, signal }: StreamOptions,
): AsyncGenerator<ParsedEvent> {
  // Loaded with the first stream, so that the page is there sooner for whoever is not signed in yet.
  const { parseEvents } = await import('./parse-events.ts');
  const reply = await session.send({
    method: 'GET',
    path,
    headers: {
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    signal,
  });
  yield* parseEvents(observed(reply.bytes(), onAlive));
}

async function* observed(bytes: AsyncIterable<Uint8Array>, onAlive: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    onAlive();
    yield chunk;
  }
}
