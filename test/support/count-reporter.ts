import { relative, resolve } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { stripVTControlCharacters } from 'node:util';

// Nobody waits for the tests any more when the runner was killed. `node --test` ends its children when it gets the signal.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The listener must not keep the process running.
process.channel?.unref();

/**
 * A reporter of node:test. When all files are done, it writes one line of JSON with the number of passed, failed and skipped
 * tests, for each that failed its name, its file and the first lines of its error, and the seconds of each file.
 */
export default async function* count(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let withoutTests = 0;
  const failures: string[] = [];
  const fileSeconds: Record<string, number> = {};
  for await (const { type, data } of events) {
    // Node counts a file as a passed test if --test-name-pattern excludes all tests in it.
    if (type === 'test:pass' && data.nesting === 0 && resolve(data.name) === data.file) withoutTests++;
    // The tests of a file run one after the other at this level. A process may share several files.
    if ((type === 'test:pass' || type === 'test:fail') && data.nesting === 0 && data.file !== undefined) {
      const name = relative(process.cwd(), data.file);
      fileSeconds[name] = (fileSeconds[name] ?? 0) + data.details.duration_ms / 1000;
    }
    // A suite fails with its tests.
    if (type === 'test:fail' && failureTypeOf(data.details.error) !== 'subtestsFailed')
      failures.push(describeFailure(data));
    // A summary with a file name is about that file alone.
    if (type !== 'test:summary' || data.file !== undefined) continue;
    yield JSON.stringify({
      ...data.counts,
      passed: data.counts.passed - withoutTests,
      failures,
      fileSeconds,
    });
  }
}

const MESSAGE_LINES = 6;

function describeFailure({ name, file, details }: Extract<TestEvent, { type: 'test:fail' }>['data']): string {
  const { cause = details.error } = details.error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const lines = stripVTControlCharacters(message).split('\n').slice(0, MESSAGE_LINES);
  const where = file === undefined ? '' : ` (${relative(process.cwd(), file)})`;
  return `${name}${where}: ${lines.join('\n  ')}`;
}

const failureTypeOf = (error: object): unknown => ('failureType' in error ? error.failureType : undefined);
