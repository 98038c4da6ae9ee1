import assert from 'node:assert/strict';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { saveMp3 } from '../../../../../services/gateway/cli/convert/save-mp3.ts';
import { newPart } from '../../../../../services/gateway/cli/files/part-file.ts';
import { createTestClock } from '../../client/test-clock.ts';
import { sessionWithoutLogin, sha256 } from '../../client/test-transport.ts';
import { temporaryFolder } from '../test-terminal.ts';

const AUDIO = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
const MP3 = { id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', size: AUDIO.length, sha256: sha256(AUDIO) };
/** Above the largest pid that Linux gives (proc(5), pid_max), so that no process has it. */
const DEAD_PID = 2 ** 22 + 1;

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
  const session = sessionWithoutLogin(context, listener ?? serve(ranges));
  const stop = new AbortController();
  const received: number[] = [];
  const options = {
    ...{ clock: createTestClock(), signal: stop.signal, stdout: new PassThrough() },
    onProgress: (bytes: number) => received.push(bytes),
  };
  const run = () => saveMp3(session, MP3, { kind: 'file', path: file, force }, options);
  return { folder, file, ranges, received, stop, run, files: () => readdir(folder) };
}

describe('two runs that save the same MP3', () => {
  /** Sends the first half, and the second half once both runs have the first. */
  function serveTogether(): RequestListener {
    const waiting: ServerResponse[] = [];
    return (_request, response) => {
      response.write(AUDIO.subarray(0, 100_000));
      waiting.push(response);
      if (waiting.length === 2) for (const each of waiting) each.end(AUDIO.subarray(100_000));
    };
  }

  it('write to parts of their own, and both succeed with --force', async (context) => {
    const { run, files, file } = await build(context, serveTogether(), true);
    await Promise.all([run(), run()]);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await files(), ['a.mp3']);
  });

  it('leave one file without --force, and the slower run reports it', async (context) => {
    const { run, files, file } = await build(context, serveTogether());
    const results = await Promise.allSettled([run(), run()]);
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    assert.equal(failures.length, 1);
    assert.match(failures[0].message, /has appeared meanwhile/);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await files(), ['a.mp3']);
  });
});

describe('a part file', () => {
  const leavePart = (file: string, bytes: Uint8Array, sha = MP3.sha256) =>
    writeFile(newPart(file, sha, DEAD_PID), bytes);

  it('of a killed run is resumed, and it is the longest of several', async (context) => {
    const { run, file, files, ranges, received } = await build(context);
    await leavePart(file, AUDIO.subarray(0, 1_000));
    await leavePart(file, AUDIO.subarray(0, 120_000));
    await leavePart(file, AUDIO.subarray(0, 90_000));
    await run();
    assert.deepEqual(ranges, ['bytes=120000-']);
    assert.equal(received.at(-1), AUDIO.length);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await files(), ['a.mp3']);
  });

  it('that is already whole needs no request', async (context) => {
    const { run, file, ranges } = await build(context);
    await leavePart(file, AUDIO);
    await run();
    assert.deepEqual(ranges, []);
    assert.deepEqual(await readFile(file), AUDIO);
  });

  it('is resumed by only one of two runs', async (context) => {
    const { run, file, files, ranges } = await build(context, undefined, true);
    await leavePart(file, AUDIO.subarray(0, 120_000));
    await Promise.all([run(), run()]);
    assert.deepEqual(ranges.sort(), ['bytes=120000-', undefined]);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(await files(), ['a.mp3']);
  });

  for (const [content, bytes] of [
    ['other bytes than the MP3', Buffer.alloc(120_000, 1)],
    ['more bytes than the MP3', Buffer.alloc(300_000, 1)],
    ['as many bytes as the MP3, but different ones', Buffer.alloc(AUDIO.length, 1)],
  ] as const) {
    it(`that holds ${content} is written again from the start`, async (context) => {
      const { run, file, files } = await build(context);
      await leavePart(file, bytes);
      await run();
      assert.deepEqual(await readFile(file), AUDIO);
      assert.deepEqual(await files(), ['a.mp3']);
    });
  }

  it('is written again from the start where the server ignores ranges', async (context) => {
    const { run, file } = await build(context, (_request, response) => response.end(AUDIO));
    await leavePart(file, AUDIO.subarray(0, 120_000));
    await run();
    assert.deepEqual(await readFile(file), AUDIO);
  });

  it('of a run that is still alive is not touched', async (context) => {
    const { run, file, files, ranges } = await build(context);
    const other = newPart(file, MP3.sha256);
    await writeFile(other, AUDIO.subarray(0, 1_000));
    await run();
    assert.deepEqual(ranges, [undefined]);
    assert.deepEqual((await files()).sort(), ['a.mp3', path.basename(other)].sort());
  });

  it('of a run that is still alive is not touched either where nothing tells when a process started', async (context) => {
    const { run, file, files } = await build(context);
    // Windows has no ps, so the name there holds the start of no process.
    const [, unknownStart] =
      /-([\da-f]{8})-[\da-f]{8}\.part$/.exec(newPart(file, MP3.sha256, DEAD_PID)) ?? [];
    const other = newPart(file, MP3.sha256).replace(/[\da-f]{8}(-[\da-f]{8}\.part)$/, `${unknownStart}$1`);
    await writeFile(other, AUDIO.subarray(0, 1_000));
    await run();
    assert.deepEqual((await files()).sort(), ['a.mp3', path.basename(other)].sort());
  });

  it('of another MP3 or another target is not touched', async (context) => {
    const { run, file, folder, files, ranges } = await build(context);
    await leavePart(file, AUDIO.subarray(0, 1_000), sha256(Buffer.from('another')));
    await leavePart(path.join(folder, 'b.mp3'), AUDIO.subarray(0, 1_000));
    await run();
    assert.deepEqual(ranges, [undefined]);
    assert.equal((await files()).length, 3);
  });

  it('is not adopted where it is a symbolic link', async (context) => {
    const { run, file, folder, ranges } = await build(context);
    const victim = path.join(folder, 'victim');
    await writeFile(victim, AUDIO.subarray(0, 1_000));
    await symlink(victim, newPart(file, MP3.sha256, DEAD_PID));
    await run();
    assert.deepEqual(ranges, [undefined]);
    assert.equal((await readFile(victim)).length, 1_000);
  });

  it('has a name of at most 255 bytes, however long the name of the MP3 is', () => {
    for (const name of ['x'.repeat(251), '𝄞'.repeat(62)]) {
      const part = path.basename(newPart(`/folder/${name}.mp3`, MP3.sha256, DEAD_PID));
      assert.ok(Buffer.byteLength(part) <= 255, part);
    }
  });
});
