import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { createReporter } from '../../../../services/gateway/cli/terminal/reporter.ts';
import { createTestClock } from '../client/test-clock.ts';

/** A reporter whose lines can be read. */
export function recordedReporter({ quiet = false } = {}) {
  const lines: string[] = [];
  const screen = { isTTY: false, columns: 80, color: false, quiet };
  const write = (text: string) => void lines.push(text.trimEnd());
  return { lines, reporter: createReporter({ ...screen, write }, createTestClock()) };
}

/** What somebody types when a question appears. `\r` ends a line. A function is called when the question appears, and returns the text. */
export type Answer = readonly [question: RegExp, typed: string | (() => string)];

/** A terminal on which somebody answers questions, in this order. It closes after the last one, so that no further question waits. */
export function terminalWith(answers: readonly Answer[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const left = [...answers];
  const said: string[] = [];
  let shown = '';
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      said.push(String(chunk));
      shown += chunk;
      const [question, typed = ''] = left[0] ?? [];
      if (question?.test(shown)) {
        left.shift();
        shown = '';
        // The question appears before its answer is listened for.
        setImmediate(() => {
          stdin.write(typeof typed === 'string' ? typed : typed());
          if (left.length === 0) stdin.end();
        });
      }
      done();
    },
  });
  return { streams: { stdin: stdin as never, stderr }, left, said: () => said.join('') };
}

/** A folder that is deleted after the test. */
export async function temporaryFolder(context: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'convert-test-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
