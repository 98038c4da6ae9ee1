import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

/** A folder that is deleted after the test. */
export async function temporaryFolder(context: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'convert-test-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
