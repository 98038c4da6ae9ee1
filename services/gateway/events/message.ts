/** A message of an event stream. `data` becomes one line of JSON. */
export interface Message {
  event: string;
  data: object;
  id?: string | undefined;
}

/** Milliseconds after which a client that was cut off connects again. */
const RETRY_MS = 1_000;

/** The lines of a message. @see https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const format = ({ event, data, id }: Message): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

export const RETRY = `retry: ${RETRY_MS}\n\n`;
export const HEARTBEAT = ': still here\n\n';
