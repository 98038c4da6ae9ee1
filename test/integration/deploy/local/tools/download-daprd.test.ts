import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ensureDaprd } from '../../../../../deploy/local/tools/daprd.ts';
import { archiveFor, downloadDaprd } from '../../../../../deploy/local/tools/download-daprd.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';

const ARCHIVE = 'daprd_linux_amd64.tar.gz';
const PROGRAM = '#!/bin/sh\necho 1.18.2\n';

/** The archive of a release that contains a script in the place of daprd. */
function pack(test: TestContext, program = PROGRAM): Buffer {
  const folder = temporaryFolder(test);
  writeFileSync(join(folder, 'daprd'), program, { mode: 0o755 });
  return execFileSync('tar', ['-czf', '-', '-C', folder, 'daprd']);
}

const sumOf = (bytes: Buffer) => `${createHash('sha256').update(bytes).digest('hex')}  ${ARCHIVE}\n`;

type Files = Record<string, Buffer | string | RequestListener>;

/** A server on loopback with the files of a release. A function answers by itself. */
async function serve(test: TestContext, files: Files, host = '127.0.0.1'): Promise<string> {
  const server = createServer((request, reply) => {
    const name = request.url?.replace('/v1.18.2/', '') ?? '';
    const file = files[name];
    if (typeof file === 'function') file(request, reply);
    else if (file === undefined) reply.writeHead(404).end();
    else reply.end(file);
  }).listen(0, host);
  await once(server, 'listening');
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

/** Downloads to an empty cache, in which nothing but the program may be left. */
async function download(test: TestContext, releases: string, signal = new AbortController().signal) {
  const cache = temporaryFolder(test);
  const { XDG_CACHE_HOME } = process.env;
  process.env.XDG_CACHE_HOME = cache;
  execFileSync('mkdir', ['-p', join(cache, 'mp3converter')]);
  const file = join(cache, 'mp3converter', 'daprd');
  const options = { version: '1.18.2', archive: ARCHIVE, report: () => {}, silenceMs: 300 };
  const done = downloadDaprd({ releases, file, signal, ...options }).finally(() => {
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  });
  const error = await done.then(
    () => undefined,
    (cause: Error) => cause,
  );
  return { error, file, left: readdirSync(join(cache, 'mp3converter')) };
}

describe('downloadDaprd', () => {
  it('puts the program of the release where it is wanted', async (test) => {
    const archive = pack(test);
    const { error, file, left } = await download(
      test,
      await serve(test, { [ARCHIVE]: archive, [`${ARCHIVE}.sha256`]: sumOf(archive) }),
    );
    assert.equal(error, undefined);
    assert.equal(execFileSync(file, { encoding: 'utf8' }), '1.18.2\n');
    assert.deepEqual(left, ['daprd']);
  });

  it('follows a redirect to another place on this machine', async (test) => {
    const archive = pack(test);
    const files = { [ARCHIVE]: archive, [`${ARCHIVE}.sha256`]: sumOf(archive) };
    const target = await serve(test, files);
    const releases = await serve(test, {
      ...files,
      [ARCHIVE]: (_, reply) => reply.writeHead(302, { location: `${target}/v1.18.2/${ARCHIVE}` }).end(),
    });
    assert.equal((await download(test, releases)).error, undefined);
  });

  const FAULTS: readonly [title: string, message: RegExp, files: (archive: Buffer) => Files][] = [
    ['there is no such release', /answers with 404/, () => ({})],
    ['there is no checksum', /answers with 404/, (archive) => ({ [ARCHIVE]: archive })],
    [
      'the checksum file contains something else',
      /contains no SHA-256/,
      (archive) => ({ [ARCHIVE]: archive, [`${ARCHIVE}.sha256`]: '<html>sign in</html>' }),
    ],
    [
      'the archive is not the one of the checksum',
      /does not have the SHA-256/,
      (archive) => ({ [ARCHIVE]: archive, [`${ARCHIVE}.sha256`]: sumOf(Buffer.from('another')) }),
    ],
    [
      'the archive contains no daprd',
      /Unpacking daprd failed/,
      () => {
        const noArchive = Buffer.from('no archive');
        return { [ARCHIVE]: noArchive, [`${ARCHIVE}.sha256`]: sumOf(noArchive) };
      },
    ],
    [
      'the connection breaks off',
      /terminated|aborted|other side closed/,
      (archive) => ({
        [`${ARCHIVE}.sha256`]: sumOf(archive),
        [ARCHIVE]: (_, reply) => {
          reply.writeHead(200, { 'content-length': archive.length });
          reply.write(archive.subarray(0, 10), () => reply.destroy());
        },
      }),
    ],
    [
      'nothing comes any more',
      /Nothing came for 0\.3 s/,
      (archive) => ({
        [`${ARCHIVE}.sha256`]: sumOf(archive),
        [ARCHIVE]: (_, reply) => void reply.writeHead(200).write(archive.subarray(0, 10)),
      }),
    ],
    ['no answer comes at all', /Nothing came for 0\.3 s/, () => ({ [`${ARCHIVE}.sha256`]: () => {} })],
  ];
  for (const [title, message, files] of FAULTS)
    it(`fails where ${title}, and leaves nothing`, async (test) => {
      const { error, left } = await download(test, await serve(test, files(pack(test))));
      assert.match(String(error?.message), message);
      assert.deepEqual(left, []);
    });

  it('fails where it is redirected without end, and leaves nothing', async (test) => {
    const releases = await serve(test, {
      [`${ARCHIVE}.sha256`]: (_, reply) => reply.writeHead(302, { location: `${ARCHIVE}.sha256` }).end(),
    });
    const { error, left } = await download(test, releases);
    assert.match(String(error?.message), /redirected more than 5 times/);
    assert.deepEqual(left, []);
  });

  it('fails where it is led to another machine without encryption, and leaves nothing', async (test) => {
    const archive = pack(test);
    const files = { [ARCHIVE]: archive, [`${ARCHIVE}.sha256`]: sumOf(archive) };
    const other = await serve(test, files, '127.0.0.2');
    const releases = await serve(test, {
      ...files,
      [ARCHIVE]: (_, reply) => reply.writeHead(302, { location: `${other}/v1.18.2/${ARCHIVE}` }).end(),
    });
    const { error, left } = await download(test, releases);
    assert.match(String(error?.message), /leads to http:\/\/127\.0\.0\.2/);
    assert.deepEqual(left, []);
  });

  it('fails where the program does not run on this machine, and leaves nothing', async (test) => {
    const archive = pack(test, '#!/bin/sh\nexit 1\n');
    const { error, left } = await download(
      test,
      await serve(test, { [ARCHIVE]: archive, [`${ARCHIVE}.sha256`]: sumOf(archive) }),
    );
    assert.match(String(error?.message), /daprd --version failed/);
    assert.deepEqual(left, []);
  });

  it('ends when it is stopped, and leaves nothing', async (test) => {
    const archive = pack(test);
    const stopping = new AbortController();
    const releases = await serve(test, {
      [`${ARCHIVE}.sha256`]: sumOf(archive),
      [ARCHIVE]: (_, reply) => {
        reply.writeHead(200).write(archive.subarray(0, 10));
        stopping.abort(new Error('stopped'));
      },
    });
    const { error, left } = await download(test, releases, stopping.signal);
    assert.equal(error?.message, 'stopped');
    assert.deepEqual(left, []);
  });
});

describe('ensureDaprd', () => {
  it('downloads daprd once where none is installed', {
    skip: !archiveFor(process.platform, process.arch),
  }, async (test) => {
    const archive = pack(test);
    const name = archiveFor(process.platform, process.arch) ?? '';
    let downloads = 0;
    const releases = await serve(test, {
      [name]: (_, reply) => {
        downloads++;
        reply.end(archive);
      },
      [`${name}.sha256`]: sumOf(archive),
    });
    const kept = { ...process.env };
    const home = temporaryFolder(test);
    Object.assign(process.env, {
      ...{ PATH: '/usr/bin:/bin', HOME: home, XDG_CACHE_HOME: join(home, 'cache') },
      DAPRD_DOWNLOAD: releases,
    });
    delete process.env.DAPRD_PATH;
    test.after(() => {
      process.env = kept;
    });
    const ensure = () => ensureDaprd('/nowhere', () => {}, new AbortController().signal);
    const [first, second] = await Promise.all([ensure(), ensure()]);
    assert.equal(first, second);
    assert.equal(await ensure(), first);
    assert.equal(readFileSync(first, 'utf8'), PROGRAM);
    assert.equal(downloads, 1);
    assert.ok(!existsSync(`${first}.lock`));
  });
});
