import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchLaterCommands } from '../../../../../services/gateway/cli/convert/fetch-later-command.ts';
import type { Target } from '../../../../../services/gateway/cli/files/target.ts';

describe('fetchLaterCommands', () => {
  it('quotes the words of the command for a shell', () => {
    const pending = new Map<string, Target>([
      ['1', { kind: 'file', path: "/tmp/it's.mp3", force: false }],
      ['2', { kind: 'stdout' }],
      ['3', { kind: 'file', path: '/tmp/a.mp3', force: true }],
    ]);
    const account = { url: 'http://localhost:8080', email: 'ann@example.com' };
    const lines = fetchLaterCommands(pending, account, 'mp3 download');
    assert.equal(
      lines[1],
      "  mp3 download 1 -o '/tmp/it'\\''s.mp3' --url http://localhost:8080 --email ann@example.com",
    );
    assert.match(lines[3] ?? '', /mp3 download 2 -o - --url /);
    assert.match(lines[5] ?? '', /-o \/tmp\/a\.mp3 --force /);
  });
});
