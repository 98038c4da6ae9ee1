import { resolve } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

/** A reporter (node:test) that writes one line of JSON when all files are done: how many tests passed, failed, were skipped. */
export default async function* count(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let withoutTests = 0;
  for await (const { type, data } of events) {
    // Node counts a file as a passed test where --test-name-pattern leaves none of its own.
    if (type === 'test:pass' && data.nesting === 0 && resolve(data.name) === data.file) withoutTests++;
    // Summaries of single files name the file.
    if (type !== 'test:summary' || data.file !== undefined) continue;
    yield JSON.stringify({ ...data.counts, passed: data.counts.passed - withoutTests });
  }
}
