import { createParser, type EventSourceMessage } from 'eventsource-parser';

export type ParsedEvent = EventSourceMessage;

/** Bound of an event, in characters. Every job fits; a stream without line ends must not fill the memory. */
const MAX_EVENT_LENGTH = 1024 * 1024;

/** Parses server-sent events (HTML standard, 9.2.6). Throws for an event that is too long. */
export async function* parseEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ParsedEvent> {
  const events: ParsedEvent[] = [];
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
