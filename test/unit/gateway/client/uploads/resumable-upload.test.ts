import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { FileChangedError } from '../../../../../services/gateway/client/file-changed.ts';
import {
  NotResumableError,
  type UploadPorts,
  uploadResumable,
} from '../../../../../services/gateway/client/uploads/resumable-upload.ts';
import type { UploadRecord } from '../../../../../services/gateway/client/uploads/upload-store.ts';
import type { LocalFile } from '../../../../../services/gateway/sound/local-file.ts';
import { randomBytes, randomNumbers } from '../../../../support/random.ts';
import { createTestClock } from '../test-clock.ts';
import { problem, sessionWithoutLogin } from '../test-transport.ts';
import { createTusServer } from './test-tus-server.ts';

const MIB = 1024 * 1024;
const BYTES = randomBytes(5 * MIB + 123);
const fileOf = (bytes: Buffer): LocalFile => ({
  size: bytes.length,
  read: async (start, end) => new Uint8Array(bytes.subarray(start, end)),
});

function build(context: TestContext, { urlPath = '', file = fileOf(BYTES) } = {}) {
  const server = createTusServer();
  const clock = createTestClock();
  const session = sessionWithoutLogin(context, server.listener);
  const waits: [message: string, seconds: number][] = [];
  const progress: number[] = [];
  const resumed: number[] = [];
  const saved: UploadRecord[] = [];
  const upload = (ports: Partial<UploadPorts> = {}, record?: UploadRecord) =>
    uploadResumable(
      { ...session, url: session.url + urlPath },
      {
        file,
        parameters: { filename: 'Añ 1.mkv', bitrate: '192' },
        record,
        save: async (changed) => void saved.push(changed),
      },
      {
        ...{ clock, streaming: true, signal: new AbortController().signal },
        onProgress: (bytes) => progress.push(bytes),
        onResume: (bytes) => resumed.push(bytes),
        onRetry: (error, seconds) => waits.push([(error as Error).message, seconds]),
        ...ports,
      },
    );
  const stored = () => [...server.uploads.values()];
  return { server, clock, upload, waits, progress, resumed, saved, stored };
}

const methods = (requests: string[]): string[] => requests.map((request) => request.split(' ')[0] ?? '');

describe('uploadResumable', () => {
  for (const streaming of [true, false]) {
    it(`sends a file ${streaming ? 'in one request' : 'in slices'}, and returns its job`, async (context) => {
      const { server, upload, stored, progress, resumed } = build(context);
      const job = await upload({ streaming });
      const [only] = stored();
      assert.deepEqual(job, only?.job);
      assert.deepEqual(only?.bytes, BYTES);
      assert.deepEqual(only?.metadata, { filename: 'Añ 1.mkv', bitrate: '192' });
      assert.equal(server.received, BYTES.length);
      // Slices of 1, 2 and 4 MiB: they grow on a fast line.
      assert.deepEqual(methods(server.requests), ['POST', ...Array(streaming ? 1 : 3).fill('PATCH'), 'GET']);
      assert.equal(progress.at(-1), BYTES.length);
      assert.deepEqual(
        progress,
        progress.toSorted((a, b) => a - b),
      );
      assert.deepEqual(resumed, []);
    });
  }

  it('sends smaller slices on a slow line', async (context) => {
    const { server, upload, clock, stored } = build(context);
    server.intercept = ({ method }) => {
      if (method === 'PATCH') clock.advance(30_000);
      return false;
    };
    await upload({ streaming: false });
    assert.deepEqual(stored()[0]?.bytes, BYTES);
    assert.equal(methods(server.requests).filter((method) => method === 'PATCH').length, 6);
  });

  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`goes on with the first missing byte after each of ten cuts at random points (seed ${seed})`, async (context) => {
      const { server, upload, stored, waits } = build(context);
      const random = randomNumbers(seed);
      let cuts = 10;
      server.cutAfter = () => (cuts-- > 0 ? 1 + random(700_000) : undefined);
      await upload({ streaming: seed % 2 === 0 });
      assert.deepEqual(stored()[0]?.bytes, BYTES);
      assert.equal(stored().length, 1);
      assert.equal(server.received, BYTES.length, 'nothing that has arrived is sent again');
      assert.equal(waits.length, 10);
      // Each cut came after progress, so no wait is longer than the first.
      assert.deepEqual(new Set(waits.map(([, seconds]) => seconds)), new Set([0.5]));
    });
  }

  it('asks every three seconds at least whether a gateway is back that was away for minutes', async (context) => {
    const { server, upload, clock, stored } = build(context);
    const isAway = () => {
      const waited = clock.sleeps.reduce((sum, each) => sum + each, 0);
      return waited > 0 && waited < 200_000;
    };
    let isFirst = true;
    server.intercept = ({ method, socket }) => {
      const isKilled = method === 'PATCH' && isFirst;
      isFirst &&= !isKilled;
      if (isKilled || isAway()) socket.destroy();
      return isKilled || isAway();
    };
    await upload();
    assert.deepEqual(stored()[0]?.bytes, BYTES);
    assert.equal(Math.max(...clock.sleeps), 3_000);
  });

  it('gives up after five minutes without progress', async (context) => {
    const { server, upload, clock } = build(context);
    server.intercept = ({ method, socket }) => {
      if (method === 'PATCH') socket.destroy();
      return method === 'PATCH';
    };
    await assert.rejects(upload(), /broke off/);
    const waited = clock.sleeps.reduce((sum, each) => sum + each, 0);
    assert.ok(waited > 280_000 && waited <= 300_000, String(waited));
  });

  it('goes on after 408 from what has arrived', async (context) => {
    const { server, upload, stored, waits } = build(context);
    let refusals = 3;
    server.intercept = ({ method }, response) => {
      const refuses = method === 'PATCH' && refusals-- > 0;
      if (refuses) problem(response, 408, 'too_slow');
      return refuses;
    };
    await upload();
    assert.deepEqual(stored()[0]?.bytes, BYTES);
    assert.equal(waits.length, 3);
  });

  it('does not count bytes as progress that were sent and not stored', async (context) => {
    const { server, upload } = build(context);
    server.intercept = (request) => {
      if (request.method !== 'PATCH') return false;
      let arrived = 0;
      request.on('data', (chunk: Buffer) => {
        arrived += chunk.length;
        if (arrived > MIB) request.socket.destroy();
      });
      return true;
    };
    await assert.rejects(upload(), /broke off/);
  });

  it('goes on where an earlier run has stopped, and says so', async (context) => {
    const { server, upload, saved, stored, resumed } = build(context);
    const stop = new AbortController();
    const onProgress = (bytes: number) => bytes > 2_000_000 && stop.abort(new Error('interrupted'));
    await assert.rejects(upload({ signal: stop.signal, onProgress }), /interrupted/);
    const had = stored()[0]?.bytes.length ?? 0;
    assert.ok(had > 0 && had < BYTES.length, String(had));
    const job = await upload({}, saved.at(-1));
    assert.deepEqual(resumed, [had]);
    assert.deepEqual(stored()[0]?.bytes, BYTES);
    assert.equal(stored().length, 1);
    assert.equal(server.received, BYTES.length);
    assert.equal(saved.at(-1)?.job, job.id);
  });

  it('finds the upload of a run that was killed before it heard of it', async (context) => {
    const { server, upload, saved, stored } = build(context);
    let lost = false;
    server.intercept = (request, response) => {
      if (request.method !== 'POST' || lost) return false;
      lost = true;
      server.listener(request, { ...response, writeHead: () => undefined, end: () => undefined } as never);
      request.socket.destroy();
      return true;
    };
    await upload();
    assert.equal(stored().length, 1);
    assert.equal(new Set(saved.map(({ key }) => key)).size, 1);
  });

  it('takes the job of an upload that is complete already', async (context) => {
    const { server, upload, saved } = build(context);
    const job = await upload();
    server.requests.length = 0;
    const { job: _job, ...record } = saved.at(-1) ?? assert.fail();
    assert.deepEqual(await upload({}, record), job);
    assert.deepEqual(methods(server.requests), ['HEAD', 'GET']);
  });

  it('completes an upload whose gateway died between the last byte and the job', async (context) => {
    const { server, upload, stored } = build(context);
    server.makesJobs = false;
    server.intercept = ({ method, headers }) => {
      if (method === 'PATCH' && headers['upload-offset'] === String(BYTES.length)) server.makesJobs = true;
      return false;
    };
    assert.deepEqual(await upload(), stored()[0]?.job);
    assert.deepEqual(methods(server.requests), ['POST', 'PATCH', 'GET', 'PATCH', 'GET']);
  });

  for (const status of [404, 410]) {
    it(`begins a new upload where the gateway answers ${status} for the old one`, async (context) => {
      const { server, upload, stored, saved } = build(context);
      const gone = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
      server.intercept = (request, response) => {
        if (!request.url?.endsWith(gone)) return false;
        problem(response, status, status === 404 ? 'not_found' : 'expired');
        return true;
      };
      await upload({}, { key: 'old', upload: gone });
      assert.deepEqual(stored()[0]?.bytes, BYTES);
      assert.notEqual(saved.at(-1)?.key, 'old');
    });
  }

  it('gives up where each upload is gone at once', async (context) => {
    const { server, upload } = build(context);
    server.intercept = (request, response) => {
      if (request.method === 'POST') return false;
      problem(response, 404, 'not_found');
      return true;
    };
    await assert.rejects(upload(), { code: 'not_found' });
    assert.equal(methods(server.requests).filter((method) => method === 'POST').length, 4);
  });

  const TRANSIENT: [what: string, answer: (response: ServerResponse) => void][] = [
    ['409, another offset', (response) => problem(response, 409, 'state_conflict')],
    ['423, a lock that is held', (response) => response.writeHead(423).end('locked')],
    ['460, a checksum that does not fit', (response) => response.writeHead(460).end()],
    [
      '429 with Retry-After',
      (response) => problem(response, 429, 'too_many_requests', { 'retry-after': '7' }),
    ],
    ['500', (response) => problem(response, 500, 'internal')],
    ['502 of a proxy', (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')],
    ['404 of an ingress without a pod', (response) => response.writeHead(404).end('default backend')],
  ];
  for (const [what, refuse] of TRANSIENT) {
    for (const refused of ['PATCH', 'HEAD']) {
      it(`asks for the offset again after a ${refused} that was answered with ${what}`, async (context) => {
        const { server, upload, stored, waits } = build(context);
        let left = 1;
        let isCut = false;
        server.cutAfter = () => (isCut ? undefined : 1_500_000);
        server.intercept = (request: IncomingMessage, response) => {
          if (request.method === 'HEAD') isCut = true;
          if (request.method !== refused || (refused === 'HEAD' ? left-- <= 0 : !isCut || left-- <= 0))
            return false;
          request.resume();
          refuse(response);
          return true;
        };
        await upload();
        assert.deepEqual(stored()[0]?.bytes, BYTES);
        assert.equal(stored().length, 1);
        assert.equal(waits.length, 2);
      });
    }
  }

  const FINAL: [status: number, code: string][] = [
    [413, 'too_large'],
    [415, 'not_media'],
    [422, 'invalid_option'],
  ];
  for (const [status, code] of FINAL) {
    it(`gives up at once after ${status} ${code}`, async (context) => {
      const { server, upload, waits } = build(context);
      server.intercept = (request, response) => {
        if (request.method !== 'PATCH') return false;
        problem(response, status, code);
        return true;
      };
      await assert.rejects(upload(), { code });
      assert.deepEqual(waits, []);
    });
  }

  const UNSUPPORTED: [what: string, method: string, answer: (response: ServerResponse) => void][] = [
    ['the gateway does not know the route', 'POST', (response) => problem(response, 404, 'not_found')],
    ['the gateway refuses the method', 'POST', (response) => problem(response, 405, 'method_not_allowed')],
    ['a proxy refuses PATCH', 'PATCH', (response) => response.writeHead(405).end('<html>')],
    ['a proxy does not know PATCH', 'PATCH', (response) => response.writeHead(501).end()],
  ];
  for (const [what, refused, refuse] of UNSUPPORTED) {
    it(`says that uploads cannot be resumed where ${what}`, async (context) => {
      const { server, upload } = build(context);
      server.intercept = (request, response) => {
        if (request.method !== refused) return false;
        request.resume();
        refuse(response);
        return true;
      };
      await assert.rejects(upload(), NotResumableError);
    });
  }

  it('fails with the error of the file, and sends nothing more', async (context) => {
    const file: LocalFile = {
      size: BYTES.length,
      async read(start, end) {
        if (end > 3_000_000) throw new FileChangedError('a.mp4 was changed while it was being sent.');
        return new Uint8Array(BYTES.subarray(start, end));
      },
    };
    const { server, upload, waits } = build(context, { file });
    await assert.rejects(upload(), FileChangedError);
    assert.deepEqual(waits, []);
    assert.deepEqual(methods(server.requests), ['POST', 'PATCH']);
  });

  it('sends no Content-Length through a sidecar, which would buffer the body', async (context) => {
    const lengths: unknown[] = [];
    for (const urlPath of ['', '/v1.0/invoke/gateway/method']) {
      const { server, upload } = build(context, { urlPath });
      server.intercept = ({ method, headers }) => {
        if (method === 'PATCH') lengths.push(headers['content-length']);
        return false;
      };
      await upload();
    }
    assert.deepEqual(lengths, [String(BYTES.length), undefined]);
  });

  const HOSTILE: [what: string, location: string | undefined][] = [
    ['no Location', undefined],
    ['a Location of another path', '/uploads/../jobs'],
    ['a Location that is no UUID', 'https://evil.test/uploads/x?y'],
  ];
  for (const [what, location] of HOSTILE) {
    it(`refuses a gateway that answers the creation with ${what}`, async (context) => {
      const { server, upload } = build(context);
      server.intercept = (_request, response) => {
        response.writeHead(201, location === undefined ? {} : { location }).end();
        return true;
      };
      await assert.rejects(upload(), /does not say where the upload is/);
    });
  }
});
