/**
 * A stream that reports how far it has been sent, and keeps the error of
 * its source: `fetch` reports that as a network error.
 */
export interface ObservedBody {
  stream: ReadableStream<Uint8Array>;
  /** Undefined while the source has not failed. */
  sourceError(): Error | undefined;
}

/**
 * @param onSent gets the number of bytes sent so far when the connection asks for the next chunk: only then has it taken
 * the earlier ones
 */
export function observeBody(
  source: ReadableStream<Uint8Array>,
  onSent: (bytes: number) => void,
): ObservedBody {
  const reader = source.getReader();
  let sent = 0;
  let failure: Error | undefined;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (sent > 0) onSent(sent);
        try {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          sent += value.length;
          controller.enqueue(value);
        } catch (error) {
          failure = error instanceof Error ? error : new Error(String(error));
          controller.error(failure);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read ahead of the connection.
    { highWaterMark: 0 },
  );
  return { stream, sourceError: () => failure };
}
