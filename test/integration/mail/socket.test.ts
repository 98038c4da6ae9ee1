import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { freeSocket } from '../../../components/mail/nodemailer/socket.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mp3converter-socket-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('freeSocket', () => {
  it('creates a folder that no other user can enter', async (t) => {
    const folder = join(folderOf(t), 'made');
    assert.equal(await freeSocket(folder, 'a.sock'), join(folder, 'a.sock'));
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it('creates a private folder in one that everybody can enter, such as a volume', async (t) => {
    const volume = folderOf(t);
    chmodSync(volume, 0o777);
    await freeSocket(join(volume, 'mail'), 'a.sock');
    assert.equal(statSync(join(volume, 'mail')).mode & 0o777, 0o700);
  });

  it('replaces the socket that a dead process left behind', async (t) => {
    const folder = folderOf(t);
    const path = join(folder, 'a.sock');
    const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    const program = join(folder, 'dies.cjs');
    writeFileSync(program, code);
    await once(fork(program), 'exit');
    assert.ok(existsSync(path));
    assert.equal(await freeSocket(folder, 'a.sock'), path);
    assert.ok(!existsSync(path));
  });

  it('refuses a socket on which a live process listens', async (t) => {
    const folder = folderOf(t);
    const server = createServer().listen(join(folder, 'a.sock'));
    await once(server, 'listening');
    t.after(() => server.close());
    await assert.rejects(freeSocket(folder, 'a.sock'), /a\.sock is in use/);
    assert.ok(existsSync(join(folder, 'a.sock')));
  });
});

describe('freeSocket with an unsuitable path', () => {
  const refused: [string, (folder: string) => string, RegExp][] = [
    [
      'a path where a file is',
      (folder) => {
        writeFileSync(join(folder, 'a.sock'), '');
        return folder;
      },
      /is no socket/,
    ],
    [
      'a folder that other users can enter',
      (folder) => {
        chmodSync(folder, 0o755);
        return folder;
      },
      /Other users/,
    ],
    [
      'a folder that is a symbolic link',
      (folder) => {
        symlinkSync('/tmp', join(folder, 'link'));
        return join(folder, 'link');
      },
      /is no folder/,
    ],
    ['a path that is too long for a socket', (folder) => join(folder, 'x'.repeat(100)), /longer than/],
  ];
  for (const [name, make, expected] of refused) {
    it(`refuses ${name}`, async (t) => {
      await assert.rejects(freeSocket(make(folderOf(t)), 'a.sock'), expected);
    });
  }
});
