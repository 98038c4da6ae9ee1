import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, it } from 'node:test';
import { repoRoot } from '../../../support/markdown.ts';

const MODULE = path.join(repoRoot, 'services/gateway/cli/run-command.ts');

describe('runCommand', () => {
  it('ends at once after a second Ctrl-C, also where the command does not end', async () => {
    const program = `
      import { runCommand } from ${JSON.stringify(MODULE)};
      setInterval(() => undefined, 1000);
      await runCommand((signal) => {
        signal.addEventListener('abort', () => console.log('asked to end'));
        console.log('ready');
        return new Promise(() => undefined);
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [said] = await once(child.stdout, 'data');
    assert.match(String(said), /asked to end/);
    // Those that come too soon count as repetitions of the first, which npm passes on.
    const impatient = setInterval(() => child.kill('SIGINT'), 50);
    const [code] = await once(child, 'exit');
    clearInterval(impatient);
    assert.equal(code, 130);
  });
});
