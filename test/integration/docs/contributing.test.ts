import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { readMarkdown, repoRoot } from '../../support/markdown.ts';

const run = promisify(execFile);

describe('CONTRIBUTING.md', () => {
  it('runs the tests of one folder in its last command to the first green test', async () => {
    const commands = readMarkdown('CONTRIBUTING.md').blocks[0]?.text.split('\n') ?? [];
    const command = commands.at(-1) ?? '';
    assert.match(command, /^npm test -- test\/unit\//);
    // A runner that finds this variable believes that it is a test file of ours.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { stdout } = await run('bash', ['-c', command], { cwd: repoRoot, env, timeout: 120_000 });
    assert.match(stdout, /^[1-9]\d* passed, 0 failed/m);
  });
});
