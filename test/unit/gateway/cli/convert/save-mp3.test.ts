import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { saveMp3 } from '../../../../../services/gateway/cli/convert/save-mp3.ts';
import { createTestClock } from '../../client/test-clock.ts';
import { problem, sessionWithoutLogin, sha256 } from '../../client/test-transport.ts';
import { temporaryFolder } from '../test-terminal.ts';

const AUDIO = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
const MP3 = { id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', size: AUDIO.length, sha256: sha256(AUDIO) };

async function build(context: TestContext, listener: RequestListener, force = false) {
  cut = undefined;
  const folder = await temporaryFolder(context);
  const file = path.join(folder, 'a.mp3');
  const stdout = new PassThrough();
  const stop = new AbortController();
  const clock = createTestClock();
  const received: number[] = [];
  const onProgress = (bytes: number) => {
    received.push(bytes);
    if (cut && bytes >= cut.at) cut.now();
  };
  const session = sessionWithoutLogin(context, listener);
  const options = { clock, signal: stop.signal, stdout, onProgress };
  return {
    ...{ folder, file, stdout, stop, clock, received },
    toFile: (mp3 = MP3) => saveMp3(session, mp3, { kind: 'file', path: file, force }, options),
    toStdout: () => saveMp3(session, MP3, { kind: 'stdout' }, options),
    files: () => readdir(folder),
  };
}

const whole: RequestListener = (_request, response) => response.end(AUDIO);

/** Set by a server that cuts the connection once `at` bytes have arrived: a cut loses what has not been read yet. */
let cut: { at: number; now: () => void } | undefined;

/** Cuts the connection after each `bytes` bytes, and answers range requests. */
const interrupting =
  (bytes: number, ranges: (string | undefined)[] = []): RequestListener =>
  (request, response) => {
    const { range, 'if-range': condition } = request.headers;
    ranges.push(range);
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]);
    if (start > 0) assert.equal(condition, `"${MP3.sha256}"`);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': AUDIO.length - start });
    const piece = AUDIO.subarray(start, start + bytes);
    if (start + bytes >= AUDIO.length) response.end(piece);
    else {
      cut = { at: start + bytes, now: () => response.destroy() };
      response.write(piece);
    }
  };

describe('saveMp3', () => {
  it('gives the file its name only when it is whole', async (context) => {
    const { toFile, files, file, received } = await build(context, whole);
    await toFile();
    assert.deepEqual(await files(), ['a.mp3']);
    assert.deepEqual(await readFile(file), AUDIO);
    assert.equal(received.at(-1), AUDIO.length);
  });

  it('resumes a download where the connection broke off', async (context) => {
    const ranges: (string | undefined)[] = [];
    const { toFile, file, clock } = await build(context, interrupting(80_000, ranges));
    await toFile();
    assert.deepEqual(await readFile(file), AUDIO);
    assert.deepEqual(ranges, [undefined, 'bytes=80000-', 'bytes=160000-']);
    assert.deepEqual(clock.sleeps, [500, 500]);
  });

  it('writes the same bytes to the standard output, and leaves it open', async (context) => {
    const { toStdout, stdout } = await build(context, interrupting(150_000));
    const read = buffer(stdout);
    await toStdout();
    assert.ok(stdout.writable);
    stdout.end();
    assert.deepEqual(await read, AUDIO);
  });

  const WRONG: [what: string, listener: RequestListener, mp3: Partial<typeof MP3>, message: RegExp][] = [
    ['bytes with another sha256', whole, { sha256: sha256(Buffer.from('x')) }, /sha256 is wrong/],
    ['more bytes than the job states', whole, { size: 100 }, /has 200000 bytes and should have 100/],
    [
      'another MP3 when it resumes',
      (request, response) => {
        if (request.headers.range) response.end(AUDIO);
        else interrupting(1000)(request, response);
      },
      {},
      /on the server has changed/,
    ],
    [
      'the error that the job does not exist',
      (_request, response) => problem(response, 404, 'not_found'),
      {},
      /^so it is \(not_found\)$/,
    ],
    ['no bytes at all', (request) => request.socket.destroy(), {}, /broke off/],
  ];
  for (const [what, listener, mp3, message] of WRONG) {
    it(`leaves no file when the gateway sends ${what}`, async (context) => {
      const { toFile, files } = await build(context, listener);
      await assert.rejects(toFile({ ...MP3, ...mp3 }), { message });
      assert.deepEqual(await files(), []);
    });
  }

  it('leaves no file when it is interrupted', async (context) => {
    const { toFile, files, stop } = await build(context, (_request, response) => {
      response.write(AUDIO.subarray(0, 1000), () => stop.abort(new Error('interrupted')));
    });
    await assert.rejects(toFile());
    assert.deepEqual(await files(), []);
  });

  for (const force of [false, true]) {
    it(`${force ? 'overwrites' : 'does not overwrite'} a file that appears meanwhile ${force ? 'with' : 'without'} --force`, async (context) => {
      const { toFile, file, files } = await build(
        context,
        async (_request, response) => {
          await writeFile(file, 'mine');
          response.end(AUDIO);
        },
        force,
      );
      if (force) await toFile();
      else await assert.rejects(toFile(), /appeared meanwhile/);
      assert.deepEqual(await files(), ['a.mp3']);
      assert.deepEqual(await readFile(file), force ? AUDIO : Buffer.from('mine'));
    });
  }
});
