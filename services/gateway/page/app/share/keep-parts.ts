interface Limits {
  /** A part has at least this many bytes, and at most one piece of the stream more. */
  partBytes: number;
  maxBytes: number;
}

type Keep = (part: number, body: ReadableStream<Uint8Array<ArrayBuffer>>) => Promise<void>;

/**
 * Saves a stream in parts, one after the other. Returns how many there are. Cancels the stream where that fails.
 * @param keep reads the whole body
 * @throws RangeError where the stream has more than `maxBytes`; what `keep` rejects with
 */
export async function keepParts(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  { partBytes, maxBytes }: Limits,
  keep: Keep,
): Promise<number> {
  const reader = stream.getReader();
  try {
    return await readParts(reader, { partBytes, maxBytes }, keep);
  } catch (error) {
    // Nobody waits for it: its source may have failed, or answer to nothing.
    void reader.cancel(error).catch(() => undefined);
    throw error;
  } finally {
    reader.releaseLock();
  }
}

async function readParts(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  { partBytes, maxBytes }: Limits,
  keep: Keep,
): Promise<number> {
  let bytes = 0;
  let isEnded = false;
  for (let part = 0; ; part += 1) {
    if (isEnded) return part;
    const end = bytes + partBytes;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        const { done, value } = await reader.read();
        isEnded = done;
        bytes += value?.length ?? 0;
        if (bytes > maxBytes) throw new RangeError(`more than ${maxBytes} bytes were shared`);
        if (value) controller.enqueue(value);
        if (done || bytes >= end) controller.close();
      },
    });
    await keep(part, body);
  }
}
