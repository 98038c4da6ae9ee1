import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { lastMessages } from '../../support/last-messages.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('lastMessages', () => {
  it('returns the last messages of a log with their time, status and error, and nothing else of them', (context) => {
    const file = join(temporaryFolder(context), 'gateway.log');
    const time = '2026-11-27T17:07:28.887Z';
    const lines = [
      { time, msg: 'listening' },
      { time, msg: 'video accepted', job_id: 'one', link: 'a secret' },
      { time, msg: 'conversion ended', status: 'done' },
      { time, msg: 'a sweep failed', err: { message: 'the store is away', stack: 'at…' } },
    ];
    writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n(node:1) a warning\n`);
    assert.deepEqual(lastMessages(file, 3), [
      '17:07:28.887 video accepted',
      '17:07:28.887 conversion ended done',
      '17:07:28.887 a sweep failed (the store is away)',
    ]);
  });
});
