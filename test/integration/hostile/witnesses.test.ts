import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { silentWitnesses } from '../../hostile/witnesses/controls.ts';
import { Grounds } from '../../hostile/witnesses/grounds.ts';
import { SECRET } from '../../hostile/witnesses/secret.ts';
import { media, tone } from '../../support/media.ts';
import { waitFor } from '../../support/wait.ts';

const run = promisify(execFile);

describe('the witnesses of the hostile corpus', () => {
  let root: string;
  let grounds: Grounds;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'mp3converter-witnesses-'));
    grounds = await Grounds.open(
      root,
      await readFile(await media('film.mp3', ...tone(1), '-id3v2_version', '0')),
    );
  });
  after(async () => {
    await grounds[Symbol.asyncDispose]();
    await rm(root, { recursive: true });
  });

  /** Waits until the witnesses have something to say: a datagram needs a moment. */
  const said = (outputs: (string | Uint8Array)[] = []) =>
    waitFor('a fault', async () => {
      const faults = await grounds.takeFaults(outputs);
      return faults.length > 0 && faults;
    });

  it('all speak where ffmpeg opens hostile files without an allow-list and a sandbox', async () => {
    assert.deepEqual(await silentWitnesses(grounds), []);
  });

  it('say nothing where nothing was touched', async () => {
    await mkdir(join(grounds.spool, 'attempt'));
    await writeFile(join(grounds.spool, 'attempt', 'input'), 'x');
    assert.deepEqual(await grounds.takeFaults(['an answer', Buffer.from('an MP3')]), []);
  });

  it('tell a TCP connection, a datagram and a connection to the Unix socket', async () => {
    const tcp = connect(grounds.targets.port, '127.0.0.1');
    await once(tcp, 'connect');
    assert.deepEqual(await said(), ['called the listener by TCP']);
    const udp = createSocket('udp4');
    udp.send('x', grounds.targets.port, '127.0.0.1');
    assert.deepEqual(await said(), ['called the listener by UDP']);
    const unix = connect(grounds.targets.socket);
    await once(unix, 'connect');
    assert.deepEqual(await said(), ['called the listener by Unix socket']);
    udp.close();
  });

  it('tell that a planted file was read, even if nothing of it came out', async () => {
    await run('cat', [grounds.targets.text]);
    assert.deepEqual(await grounds.takeFaults([]), ['read /planted/secret.txt']);
  });

  it('tell a file that is new, changed or gone', async () => {
    const path = join(root, 'new');
    await writeFile(path, 'x');
    assert.deepEqual(await grounds.takeFaults([]), ['touched /new']);
    await writeFile(path, 'xy');
    assert.deepEqual(await grounds.takeFaults([]), ['touched /new']);
    await rm(path);
    assert.deepEqual(await grounds.takeFaults([]), ['touched /new']);
  });

  it('tell the secret in an answer and in the bytes of an MP3', async () => {
    const expected = ['the secret is in an output'];
    assert.deepEqual(await grounds.takeFaults([`title: ${SECRET}`]), expected);
    assert.deepEqual(await grounds.takeFaults([Buffer.from(`TIT2 ${SECRET}`, 'utf16le')]), expected);
  });

  it('tell the secret in Base64, wherever it begins', async () => {
    for (const before of ['', 'x', 'xy', 'xyz']) {
      const hidden = Buffer.from(`${before}${SECRET} and more`).toString('base64');
      assert.deepEqual(await grounds.takeFaults([`{"cover":"${hidden}"}`]), ['the secret is in an output']);
    }
    assert.deepEqual(await grounds.takeFaults([Buffer.from(SECRET.slice(1)).toString('base64')]), []);
  });
});
