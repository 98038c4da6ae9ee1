import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { startServers } from '../../../../../deploy/local/servers/servers.ts';
import { ensureTools } from '../../../../../deploy/local/tools/tools.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';

const repoRoot = path.resolve(import.meta.dirname, '../../../../..');
const signal = AbortSignal.timeout(2 * 60_000);
const needed = new Set(['redis'] as const);

/** Sends commands as the account of the services, and returns all that Redis answers. */
async function send(url: string, commands: readonly string[]): Promise<string> {
  const { port, username, password } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.end(`${[`AUTH ${username} ${password}`, ...commands].join('\r\n')}\r\n`);
  return (await socket.setEncoding('utf8').toArray()).join('');
}

describe('a Redis that starts again', { timeout: 2 * 60_000 }, () => {
  const dataDir = path.join(temporaryFolder({ after }), '.data');

  it('has what its services wrote before, in transactions and in scripts', async () => {
    const tools = await ensureTools({ repoRoot, needed, report: console.log, signal });
    const start = () => startServers({ repoRoot, dataDir, needed, tools, report: console.log, signal });
    const first = await start();
    const written = await send(String(first.redis?.url), [
      ...['MULTI', 'HSET job:one data 1', 'EXPIRE job:one 600', 'EXEC'],
      "EVAL \"redis.call('HSET', KEYS[1], 'data', 2) return redis.call('EXPIRE', KEYS[1], 600)\" 1 job:two",
    ]).finally(() => first.stop());
    assert.doesNotMatch(written, /^-/m);
    const second = await start();
    const read = await send(String(second.redis?.url), ['HGET job:one data', 'HGET job:two data']).finally(
      () => second.stop(),
    );
    assert.equal(read, '+OK\r\n$1\r\n1\r\n$1\r\n2\r\n');
  });
});
