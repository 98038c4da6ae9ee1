import type { TestEvent } from 'node:test/reporters';

/** A reporter (node:test) that writes one line of JSON when all files are done: how many tests passed, failed, were skipped. */
export default async function* count(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    // Those of single files name the file.
    if (type === 'test:summary' && data.file === undefined) yield JSON.stringify(data.counts);
  }
}
