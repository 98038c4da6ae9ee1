import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { markdownFiles, readMarkdown } from '../../support/markdown.ts';

const run = promisify(execFile);

/** Returns what bash says about the syntax; empty where there is nothing to say. */
const syntaxErrors = (text: string): Promise<string> =>
  run('bash', ['-n', '-c', text]).then(
    ({ stderr }) => stderr,
    (error: Error) => error.message,
  );

describe('shell commands in documents', () => {
  for (const path of markdownFiles()) {
    const blocks = readMarkdown(path).blocks.filter(({ language }) => language === 'sh');
    if (blocks.length === 0) continue;

    it(`${path} has only commands that bash can read`, async () => {
      for (const { text } of blocks) assert.equal(await syntaxErrors(text), '');
    });
  }
});
