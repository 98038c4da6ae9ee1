import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { writePrivate } from '../../../../../deploy/process/private-files.ts';
import { downloadMp3 } from '../../../../../services/gateway/cli/convert/download.ts';
import { newPart } from '../../../../../services/gateway/cli/convert/part-file.ts';
import { renameToNew } from '../../../../../services/gateway/cli/convert/target.ts';
import { plainSession, quickClock, sha256, temporaryFolder } from './setting.ts';

const AUDIO = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
const MP3 = { id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', size: AUDIO.length, sha256: sha256(AUDIO) };
/** Above the largest that Linux gives (proc(5), pid_max): no process has it. */
const NOBODY = 2 ** 22 + 1;

function serve(ranges: (string | undefined)[]): RequestListener {
  return (request, response) => {
    ranges.push(request.headers.range);
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? 'bytes=0-')?.[1]);
    response.writeHead(start > 0 ? 206 : 200).end(AUDIO.subarray(start));
  };
}

async function build(context: TestContext, listener?: RequestListener, force = false) {
  const folder = await temporaryFolder(context);
  const file = path.join(folder, 'a.mp3');
  const ranges: (string | undefined)[] = [];
  const session = plainSession(context, listener ?? serve(ranges));
  const stop = new AbortController();
  const received: number[] = [];
  const options = {
    ...{ clock: quickClock(), signal: stop.signal, stdout: new PassThrough() },
    onReceived: (bytes: number) => received.push(bytes),
  };
  const run = () => downloadMp3(session, MP3, { kind: 'file', path: file, force }, options);
  return { folder, file, ranges, received, stop, run, files: () => readdir(folder) };
}

describe('two runs that fetch the same MP3', () => {
  /** Sends the first half, and the other one when both runs have come so far. */
  function together(): RequestListener {
    const waiting: ServerResponse[] = [];
    return (_request, response) => {
      response.write(AUDIO.subarray(0, 100_000));
      waiting.push(response);
      if (waiting.length === 2) for (const each of waiting) each.end(AUDIO.subarray(100_000));
    };
  }

  test('do not write into the same part, and both succeed with --force', async (context) => {
    const { run, files, file } = await build(context, together(), true);
    await Promise.all([run(), run()]);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await files(), ['a.mp3']);
  });

  test('give one file without --force, and the slower one says so', async (context) => {
    const { run, files, file } = await build(context, together());
    const results = await Promise.allSettled([run(), run()]);
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    assert.equal(failures.length, 1);
    assert.match(failures[0].message, /has appeared meanwhile/);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await files(), ['a.mp3']);
  });
});

describe('a part', () => {
  const left = (file: string, bytes: Uint8Array, sha = MP3.sha256) =>
    writeFile(newPart(file, sha, NOBODY), bytes);

  test('of a run that was killed is resumed, the longest of several', async (context) => {
    const { run, file, files, ranges, received } = await build(context);
    await left(file, AUDIO.subarray(0, 1_000));
    await left(file, AUDIO.subarray(0, 120_000));
    await left(file, AUDIO.subarray(0, 90_000));
    await run();
    assert.deepEqual(ranges, ['bytes=120000-']);
    assert.equal(received.at(-1), AUDIO.length);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await files(), ['a.mp3']);
  });

  test('that is whole already needs no request', async (context) => {
    const { run, file, ranges } = await build(context);
    await left(file, AUDIO);
    await run();
    assert.deepEqual(ranges, []);
    assert.deepEqual(await readFile(file), AUDIO);
  });

  test('is resumed by one of two runs', async (context) => {
    const { run, file, files, ranges } = await build(context, undefined, true);
    await left(file, AUDIO.subarray(0, 120_000));
    await Promise.all([run(), run()]);
    assert.deepEqual(ranges.sort(), ['bytes=120000-', undefined]);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await files(), ['a.mp3']);
  });

  for (const [name, bytes] of [
    ['other bytes than the MP3', Buffer.alloc(120_000, 1)],
    ['more bytes than the MP3', Buffer.alloc(300_000, 1)],
    ['as many bytes, but others', Buffer.alloc(AUDIO.length, 1)],
  ] as const) {
    test(`that holds ${name} is begun anew`, async (context) => {
      const { run, file, files } = await build(context);
      await left(file, bytes);
      await run();
      assert.deepEqual(await readFile(file), AUDIO);
      assert.deepEqual(await files(), ['a.mp3']);
    });
  }

  test('is begun anew where the server knows no ranges', async (context) => {
    const { run, file } = await build(context, (_request, response) => response.end(AUDIO));
    await left(file, AUDIO.subarray(0, 120_000));
    await run();
    assert.deepEqual(await readFile(file), AUDIO);
  });

  test('of a run that is still alive is left alone', async (context) => {
    const { run, file, files, ranges } = await build(context);
    const other = newPart(file, MP3.sha256);
    await writeFile(other, AUDIO.subarray(0, 1_000));
    await run();
    assert.deepEqual(ranges, [undefined]);
    assert.deepEqual((await files()).sort(), ['a.mp3', path.basename(other)].sort());
  });

  test('of another MP3 or another target is left alone', async (context) => {
    const { run, file, folder, files, ranges } = await build(context);
    await left(file, AUDIO.subarray(0, 1_000), sha256(Buffer.from('another')));
    await left(path.join(folder, 'b.mp3'), AUDIO.subarray(0, 1_000));
    await run();
    assert.deepEqual(ranges, [undefined]);
    assert.equal((await files()).length, 3);
  });

  test('that is a link leads nowhere', async (context) => {
    const { run, file, folder, ranges } = await build(context);
    const victim = path.join(folder, 'victim');
    await writeFile(victim, AUDIO.subarray(0, 1_000));
    await symlink(victim, newPart(file, MP3.sha256, NOBODY));
    await run();
    assert.deepEqual(ranges, [undefined]);
    assert.equal((await readFile(victim)).length, 1_000);
  });

  test('has a name that every file system takes, however long the MP3’s is', () => {
    for (const name of ['x'.repeat(251), '𝄞'.repeat(62)]) {
      const part = path.basename(newPart(`/folder/${name}.mp3`, MP3.sha256, NOBODY));
      assert.ok(Buffer.byteLength(part) <= 255, part);
    }
  });
});

describe('where the file system knows no hard links', () => {
  const linkless = () => Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' }));

  test('the part gets its name', async (context) => {
    const folder = await temporaryFolder(context);
    const [part, file] = [path.join(folder, 'part'), path.join(folder, 'a.mp3')];
    await writeFile(part, AUDIO);
    await renameToNew(part, file, linkless);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await readdir(folder), ['a.mp3']);
  });

  test('what has appeared meanwhile is not overwritten', async (context) => {
    const folder = await temporaryFolder(context);
    const [part, file] = [path.join(folder, 'part'), path.join(folder, 'a.mp3')];
    await writeFile(part, AUDIO);
    await writeFile(file, 'mine');
    await assert.rejects(renameToNew(part, file, linkless), /has appeared meanwhile/);
    assert.equal(await readFile(file, 'utf8'), 'mine');
  });
});

test('a secret that cannot be written leaves no half of it', async (context) => {
  const folder = await temporaryFolder(context);
  // A folder of this name cannot be replaced by a file.
  const file = path.join(folder, 'credentials.json');
  await mkdir(path.join(file, 'full'), { recursive: true });
  assert.throws(() => writePrivate(file, 'secret'));
  assert.deepEqual(await readdir(folder), ['credentials.json']);
});
