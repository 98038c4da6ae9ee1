import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { type JobView, jobView } from '../../shared/jobs/job-view.ts';
import type { Session } from './session/session.ts';

/** The gateway sends something at least every 15 seconds. */
const IDLE_TIMEOUT_MS = 45_000;
/** Bound of an event, in characters. Every job fits; a stream without line ends must not fill the memory. */
const MAX_EVENT_LENGTH = 1024 * 1024;

/**
 * Yields a job as it is, and again whenever it changes. The stream ends when the job is final, and may end earlier. An
 * `EventSource` cannot be used, because it cannot send the access token. @throws ConnectionLostError, ProblemError
 */
export async function* jobEvents(session: Session, id: string, signal: AbortSignal): AsyncGenerator<JobView> {
  const reply = await session.send({
    method: 'GET',
    path: `/jobs/${id}/events`,
    headers: { accept: 'text/event-stream' },
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    signal,
  });
  for await (const { event, data } of parseEvents(reply.bytes())) {
    // Event ids are ignored, because each event holds the whole job.
    if (event === 'job') yield jobView.parse(JSON.parse(data));
  }
}

/** Parses server-sent events (HTML standard, 9.2.6). Throws for an event that is too long. */
export async function* parseEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<EventSourceMessage> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent: (event) => events.push(event),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of bytes) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* events.splice(0);
  }
}
