import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loggedWarnings } from '../../support/logged-warnings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const service = (level: number, msg: string, more: object = {}) => JSON.stringify({ level, msg, ...more });
const sidecar = (level: string, msg: string) => JSON.stringify({ level, msg, time: 'now' });

describe('loggedWarnings(folder)', () => {
  it('counts warnings and errors with their causes, the most frequent first', (test) => {
    const folder = temporaryFolder(test);
    const waits = service(40, 'a mail waits', { reason: 'notification answered 503' });
    const failed = service(50, 'the sweep failed', { err: { message: 'the store is away' } });
    const auth = [service(30, 'ready'), waits, failed, waits, 'no JSON', '{"level":40', ''];
    writeFileSync(join(folder, 'auth.log'), auth.join('\n'));
    const daprd = [sidecar('info', 'up'), sidecar('warning', 'no mTLS'), sidecar('error', 'no host')];
    writeFileSync(join(folder, 'auth.daprd.log'), daprd.join('\n'));
    writeFileSync(join(folder, 'jobs.json'), waits);
    assert.deepEqual(loggedWarnings(folder), [
      'auth: a mail waits (notification answered 503), 2 times',
      'auth.daprd: no host, once',
      'auth: the sweep failed (the store is away), once',
    ]);
  });

  it('returns only the most frequent ones, without what makes them long', (test) => {
    const folder = temporaryFolder(test);
    const lines = ['a', 'b', 'b'].map((letter) => service(40, letter.repeat(1000)));
    writeFileSync(join(folder, 'auth.log'), lines.join('\n'));
    assert.deepEqual(loggedWarnings(folder, 1), [`auth: ${'b'.repeat(300)}, 2 times`]);
  });
});
