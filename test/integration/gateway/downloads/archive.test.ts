import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { which } from '../../../../deploy/process/which.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { done, flat } from '../../../support/job.ts';
import { listen } from '../../../support/listen.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { asOwner, buildGateway } from '../../../unit/gateway/test-gateway.ts';

const run = promisify(execFile);

/** Names that are hard for the programs which unpack an archive. */
const FILENAMES = [
  'a.mp4',
  'A.mp4',
  '../../a.mp4',
  '/etc/passwd',
  'C:\\x',
  'nul',
  '',
  'фильм é🎬.mkv',
  '-rf *',
];

/** A gateway on a port, with an MP3 for each file name. */
async function serve(context: TestContext, filenames = FILENAMES, size = 1_500_000) {
  const gateway = buildGateway({ limits: { downloads: { all: 1, perUser: 1 } } });
  const jobs = [];
  for (const [at, filename] of filenames.entries()) {
    const mp3BlobId = randomUUID();
    const expires = new Date(Date.now() + 3600_000);
    const blob = await gateway.blobs.write(mp3BlobId, inPieces(randomBytes(size, at + 1)), { expires });
    const mp3 = { size: blob.size, sha256: blob.sha256, duration_seconds: 60 };
    jobs.push(await gateway.save(done({ filename, mp3BlobId, mp3 })));
  }
  const url = await listen(context, gateway.app);
  const start = async () => {
    const outgoing = request(`${url}/download/archive`, { headers: asOwner, agent: false }).end();
    outgoing.on('error', () => undefined);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { outgoing, response };
  };
  const errors = () => gateway.lines.objects().filter(({ level }) => level >= 50);
  return { ...gateway, saved: jobs, url, start, errors };
}

/** The archive as a file in a folder of its own. */
async function download(context: TestContext) {
  const { url } = await serve(context);
  const response = await fetch(`${url}/download/archive`, { headers: asOwner });
  assert.equal(response.status, 200);
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(response.headers.get('content-length'), String(bytes.length));
  const folder = await mkdtemp(path.join(tmpdir(), 'archive-'));
  context.after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'mp3s.zip');
  await writeFile(file, bytes);
  return { folder, file };
}

const PYTHON = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    archive.extractall(sys.argv[2])
    print(json.dumps([archive.testzip(), archive.namelist()]))
`;

describe('GET /download/archive', { timeout: 60_000 }, () => {
  test('is unpacked by Python, into the folder and nowhere else', {
    skip: !which('python3') && 'there is no python3',
  }, async (context) => {
    const { folder, file } = await download(context);
    const target = path.join(folder, 'unpacked');
    const { stdout } = await run('python3', ['-c', PYTHON, file, target]);
    const [damaged, names] = JSON.parse(stdout) as [string | null, string[]];
    assert.equal(damaged, null);
    assert.equal(new Set(names.map((name) => name.toLowerCase())).size, FILENAMES.length);
    for (const [at, name] of names.toReversed().entries()) {
      assert.equal(path.basename(name), name);
      assert.ok((await readFile(path.join(target, name))).equals(randomBytes(1_500_000, at + 1)), name);
    }
  });

  test('is found whole by unzip', { skip: !which('unzip') && 'there is no unzip' }, async (context) => {
    const { file } = await download(context);
    const { stdout } = await run('unzip', ['-t', file]);
    assert.match(stdout, /No errors detected in compressed data/);
    assert.doesNotMatch(stdout, /warning/i);
  });

  test('resets the connection when an MP3 in the middle is damaged, so that the client notices', async (context) => {
    const { start, saved, state, errors } = await serve(context);
    await state.delete(`chunk:${flat(saved[4] ?? assert.fail()).mp3BlobId}:1`);
    const { response } = await start();
    assert.equal(response.statusCode, 200);
    await assert.rejects(buffer(response), { code: 'ECONNRESET' });
    assert.deepEqual(
      errors().map(({ msg, jobs }) => [msg, jobs]),
      [['a download broke off', FILENAMES.length]],
    );
  });

  test('reads no further than the client does, and stops when the client goes away', async (context) => {
    const filenames = Array.from({ length: 40 }, (_, number) => `${number}.mp4`);
    const { start, blobs, errors, url } = await serve(context, filenames);
    const reads = context.mock.method(blobs, 'read');
    const { outgoing, response } = await start();
    response.pause();
    await eventually(() => reads.mock.callCount() > 0);
    let before = -1;
    // What the buffers of both ends of the connection hold is read ahead.
    while (before !== reads.mock.callCount()) {
      before = reads.mock.callCount();
      await runEventLoop(2_000);
    }
    assert.ok(before < filenames.length / 2, `${before} of ${filenames.length} were read`);
    const second = await fetch(`${url}/download/archive`, { headers: asOwner });
    assert.equal(second.status, 429, 'it is one of the downloads of the user');
    outgoing.destroy();
    await eventually(() => reads.mock.calls.every(({ result }) => result?.destroyed));
    await runEventLoop();
    assert.equal(reads.mock.callCount(), before);
    assert.deepEqual(errors(), []);
    const third = await fetch(`${url}/download/archive`, { headers: asOwner });
    assert.equal(third.status, 200, 'its place is free again');
    await third.body?.cancel();
  });
});
