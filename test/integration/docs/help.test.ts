import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { repoRoot } from '../../support/markdown.ts';

const run = promisify(execFile);

const { scripts } = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** npm runs these itself, and a person does not. */
const LIFECYCLE = ['prepack'];

/** The scripts that are programs of ours. The others run tools. */
const programs = Object.entries(scripts).flatMap(([name, command]) => {
  if (LIFECYCLE.includes(name)) return [];
  const [entry, ...rest] = command.split(' ').filter((word) => word.endsWith('.ts'));
  return entry !== undefined && rest.length === 0 ? [{ name, entry }] : [];
});

describe('npm scripts', () => {
  for (const { name, entry } of programs) {
    it(`${name} explains itself with --help, and does nothing else`, async () => {
      const { stdout } = await run(process.execPath, [join(repoRoot, entry), '--help'], {
        cwd: repoRoot,
        timeout: 60_000,
      });
      // The installed command line is called without npm.
      assert.match(stdout, name === 'mp3' ? /^mp3 COMMAND/m : /^npm (run )?[\w:]+/);
    });
  }
});
