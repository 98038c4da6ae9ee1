import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { listen, listenWithServer } from '../../../support/listen.ts';
import { filePart, formType, mp4 } from '../../../unit/gateway/sample-uploads.ts';
import { asOwner, buildGateway } from '../../../unit/gateway/test-gateway.ts';

const MIB = 1024 ** 2;
const raw = { ...asOwner, 'content-type': 'video/mp4' };
const WAYS = [
  ['raw', raw, (bytes: Buffer) => bytes],
  // The part and the form are not ended.
  ['form', { ...asOwner, ...formType }, (bytes: Buffer) => filePart(bytes).subarray(0, -2)],
] as const;

for (const [way, headers, begin] of WAYS) {
  describe(`POST /upload with a ${way} body`, { timeout: 120_000 }, () => {
    test('releases the place of a client that goes away before its body is read', async (context) => {
      const claim = Promise.withResolvers<void>();
      let reached = false;
      const gateway = buildGateway({
        limits: { uploads: { all: 1, perUser: 5 } },
        async beforeClaim() {
          reached = true;
          await claim.promise;
        },
      });
      const { url, server } = await listenWithServer(context, gateway.app);
      const connected = once(server, 'connection') as Promise<[Socket]>;
      const upload = request(`${url}/upload`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': 'one' },
      });
      upload.on('error', () => undefined);
      upload.write(begin(mp4(1000)));
      await eventually(() => reached);
      const [socket] = await connected;
      upload.destroy();
      await eventually(() => socket.closed);
      claim.resolve();
      await eventually(() => gateway.lines.objects().some(({ msg }) => msg === 'request refused'));
      assert.deepEqual(
        gateway.storedKeys().filter((key) => !key.startsWith('idem:')),
        [],
      );
      const next = await gateway.call('POST', '/upload', { headers: raw, body: mp4(1000) });
      assert.equal(next.status, 202);
    });

    test('answers 503 at the next heartbeat after the sweep has ended the upload, even if the client sends nothing', async (context) => {
      const gateway = buildGateway({ maxUploadBytes: 64 * MIB, heartbeatMs: 20 });
      const upload = request(`${await listen(context, gateway.app)}/upload`, { method: 'POST', headers });
      upload.on('error', () => undefined);
      upload.write(begin(mp4(2 * MIB)));
      await eventually(() => gateway.storedKeys().some((key) => key.startsWith('chunk')));
      const [id = ''] = gateway.storedKeys().flatMap((key) => /^job:(.*)/.exec(key)?.[1] ?? []);
      await gateway.jobs.update(id, tombstone);
      const [answer] = (await once(upload, 'response')) as [IncomingMessage];
      const problem = (await json(answer)) as { code: string };
      assert.deepEqual([answer.statusCode, problem.code], [503, 'unavailable']);
      // Many clients read the response only after they have sent the whole request.
      const failure = await new Promise((resolve) => upload.write(mp4(30 * MIB), resolve));
      assert.equal(failure ?? undefined, undefined);
      upload.destroy();
      await eventually(() => gateway.storedKeys().every((key) => key === `job:${id}`));
    });
  });
}

describe('POST /upload with a form whose client goes away', { timeout: 120_000 }, () => {
  const FORM = filePart(mp4(1000));
  for (const [where, bytes] of [
    ['before its first byte', 0],
    ["in a part's header", 40],
    ['at the first byte of its file', FORM.indexOf('ftyp')],
  ] as const) {
    test(`releases its place and logs no error when that happens ${where}`, async (context) => {
      const gateway = buildGateway({ limits: { uploads: { all: 1, perUser: 1 } } });
      const upload = request(`${await listen(context, gateway.app)}/upload`, {
        method: 'POST',
        headers: { ...asOwner, ...formType },
      });
      upload.on('error', () => undefined);
      upload.flushHeaders();
      upload.write(FORM.subarray(0, bytes));
      const isTaken = async () => {
        const { status } = await gateway.call('POST', '/upload', { headers: raw, body: mp4(1000) });
        return status === 429;
      };
      while (!(await isTaken())) await runEventLoop();
      upload.destroy();
      while (await isTaken()) await runEventLoop();
      assert.deepEqual(
        gateway.lines.objects().filter(({ level }) => level >= 40),
        [],
      );
    });
  }
});
