import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createConverterApp } from '../../../../services/converter/app.ts';
import { ConversionFailure } from '../../../../services/converter/failure.ts';
import type { ProbePorts } from '../../../../services/converter/probe/routes.ts';
import { encodeProbeRequest, type ProbeRequest } from '../../../../services/shared/jobs/probe-request.ts';
import { DiskFull } from '../../../../services/shared/runtime/spool.ts';
import { noProbes, subscriberOptions } from '../../../support/deliver-event.ts';
import { inProcess } from '../../../support/in-process.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';

const options = subscriberOptions();
const fromSidecar = { 'dapr-api-token': options.apiToken ?? '' };

/** Folders as the spool makes them, in the folder for temporary files. */
const spool: ProbePorts['spool'] = {
  async use(_bytes, work) {
    const folder = mkdtempSync(join(tmpdir(), 'mp3converter-probe-'));
    try {
      return await work(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const build = (probe: Partial<ProbePorts>) =>
  inProcess(
    createConverterApp({
      ...options,
      convert: async () => assert.fail('converted'),
      probe: { ...noProbes, spool, ...probe },
    }),
  );

const request = (over: Partial<ProbeRequest> = {}): ProbeRequest => ({
  options: { quality: 2 },
  size: 100_000,
  head: 3000,
  tail: 2000,
  ...over,
});
const bodyOf = (asked: object, parts: Buffer) =>
  Buffer.concat([encodeProbeRequest(asked as ProbeRequest), parts]);

describe('POST /probe of the converter', () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`makes a file of the whole size with a hole in it, however the body is cut (seed ${seed})`, async () => {
      const parts = randomBytes(5000, seed);
      let folders = 0;
      const call = build({
        async describe(folder, asked) {
          folders += 1;
          assert.deepEqual(asked, request());
          const content = readFileSync(join(folder, 'input'));
          assert.equal(content.length, 100_000);
          assert.ok(content.subarray(0, 3000).equals(parts.subarray(0, 3000)));
          assert.ok(content.subarray(98_000).equals(parts.subarray(3000)));
          assert.ok(content.subarray(3000, 98_000).every((byte) => byte === 0));
          assert.ok(statSync(join(folder, 'input')).blocks * 512 < 50_000);
          return { format: 'mp4' } as never;
        },
      });
      const body = inPieces(bodyOf(request(), parts), seed * 300, seed);
      const reply = await call('POST', '/probe', { headers: fromSidecar, body });
      assert.deepEqual([reply.status, reply.json, folders], [200, { format: 'mp4' }, 1]);
    });
  }

  const MALFORMED: [what: string, body: Buffer][] = [
    ['an empty body', Buffer.alloc(0)],
    ['no line', Buffer.alloc(5000, 'a')],
    ['a line without an end', Buffer.alloc(70_000, '{')],
    ['a line that is no JSON', Buffer.from('size=3\nabc')],
    ['a missing size', bodyOf({ options: {}, head: 3, tail: 0 }, Buffer.from('abc'))],
    ['an option that does not exist', bodyOf(request({ options: { speed: 2 } as never }), randomBytes(5000))],
    ['parts that are larger than the file', bodyOf(request({ size: 4000 }), randomBytes(5000))],
    ['a part that is too large', bodyOf(request({ size: 1e9, head: 9_000_000 }), randomBytes(5000))],
    ['fewer bytes than it says', bodyOf(request(), randomBytes(4999))],
    ['more bytes than it says', bodyOf(request(), randomBytes(5001))],
  ];
  for (const [what, body] of MALFORMED) {
    it(`refuses ${what}`, async () => {
      const reply = await build({})('POST', '/probe', { headers: fromSidecar, body });
      assert.deepEqual([reply.status, reply.json.code], [400, 'bad_request']);
    });
  }

  it('refuses everybody but its own sidecar', async () => {
    const body = bodyOf(request(), randomBytes(5000));
    assert.equal((await build({})('POST', '/probe', { body })).status, 403);
  });

  const FAILURES: [what: string, error: Error, status: number, code: string][] = [
    [
      'a track that the file does not have',
      new ConversionFailure('unknown_track', 'no track 9'),
      422,
      'invalid_option',
    ],
    ['a full disk', new DiskFull('full'), 503, 'unavailable'],
    ['a fault of ours', new Error('ffprobe: SIGSEGV'), 500, 'internal'],
  ];
  for (const [what, error, status, code] of FAILURES) {
    it(`answers ${status} ${code} to ${what}`, async () => {
      const call = build({ describe: () => Promise.reject(error) });
      const body = bodyOf(request(), randomBytes(5000));
      const reply = await call('POST', '/probe', { headers: fromSidecar, body });
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.doesNotMatch(reply.text, /SIGSEGV/);
    });
  }

  it('gives up a file that takes too long', async () => {
    const call = build({
      timeoutMs: 20,
      describe: (_folder, _request, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    const body = bodyOf(request(), randomBytes(5000));
    const reply = await call('POST', '/probe', { headers: fromSidecar, body });
    assert.deepEqual([reply.status, reply.json.code], [503, 'unavailable']);
    assert.ok(reply.headers['retry-after']);
  });

  it('looks at two files at a time, and refuses more than it lets wait', async () => {
    const release = Promise.withResolvers<void>();
    const full = Promise.withResolvers<void>();
    let [running, most] = [0, 0];
    const call = build({
      async describe() {
        running += 1;
        most = Math.max(most, running);
        if (running === 2) full.resolve();
        await release.promise;
        running -= 1;
        return {} as never;
      },
    });
    const body = bodyOf(request(), randomBytes(5000));
    const refused = Promise.withResolvers<void>();
    const replies = Array.from({ length: 19 }, async () => {
      const reply = await call('POST', '/probe', { headers: fromSidecar, body });
      if (reply.status === 503) refused.resolve();
      return reply;
    });
    await Promise.all([refused.promise, full.promise]);
    release.resolve();
    const statuses = (await Promise.all(replies)).map(({ status }) => status);
    assert.deepEqual([most, statuses.filter((status) => status === 503).length], [2, 1]);
    assert.equal(statuses.filter((status) => status === 200).length, 18);
  });
});
