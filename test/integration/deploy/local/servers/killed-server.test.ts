import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { startServers } from '../../../../../deploy/local/servers/servers.ts';
import type { Tools } from '../../../../../deploy/local/tools/tools.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { waitFor } from '../../../../support/wait.ts';

const repoRoot = path.resolve(import.meta.dirname, '../../../../..');
/** The mail server is a Node program of node_modules, and needs no other. */
const NO_TOOLS = {} as Tools;

describe('startServers', () => {
  it('reports a server that is killed during a run, by name, exit and the end of its log', async (test) => {
    const dataDir = temporaryFolder(test);
    const reports: string[] = [];
    const servers = await startServers({
      ...{ repoRoot, dataDir, needed: new Set(['mail'] as const), tools: NO_TOOLS },
      report: (line) => void reports.push(line),
      signal: test.signal,
    });
    test.after(() => servers.stop());
    process.kill(servers.mail.pid as number, 'SIGKILL');
    const said = await waitFor('the report', () => reports.find((line) => line.includes('ended by itself')));
    assert.match(said ?? '', /^mail ended by itself \(SIGKILL\) and is not started again\. The end of .*:\n/);
    assert.ok(said?.includes(path.join(dataDir, 'logs', 'mail.log')));
  });
});
