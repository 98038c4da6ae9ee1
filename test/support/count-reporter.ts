import type { TestEvent } from 'node:test/reporters';

/** A reporter of node:test. When all files are done, it writes one line of JSON with the number of passed, failed and skipped tests. */
export default async function* count(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    // A summary with a file name is about that file alone.
    if (type === 'test:summary' && data.file === undefined) yield JSON.stringify(data.counts);
  }
}
