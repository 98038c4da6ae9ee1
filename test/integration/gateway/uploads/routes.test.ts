import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { listen } from '../../../support/listen.ts';
import { filePart, formType, mp4 } from '../../../unit/gateway/sample-uploads.ts';
import { asOwner, buildGateway, type Gateway } from '../../../unit/gateway/test-gateway.ts';

const MIB = 1024 ** 2;
const LIMIT = { maxUploadBytes: 64 * MIB };
const WAYS = [
  { way: 'raw', headers: { ...asOwner, 'content-type': 'video/mp4' }, begin: (bytes: Buffer) => bytes },
  // The part and the form are not ended.
  {
    way: 'form',
    headers: { ...asOwner, ...formType },
    begin: (bytes: Buffer) => filePart(bytes).subarray(0, -2),
  },
];

const open = (url: string, headers: Record<string, string>) => {
  const upload = request(`${url}/upload`, { method: 'POST', headers });
  upload.on('error', () => undefined);
  return upload;
};
const chunks = ({ state }: Gateway) => state.keys().filter((key) => key.startsWith('chunk:')).length;

for (const { way, headers, begin } of WAYS) {
  describe(`POST /upload with a ${way} body`, { timeout: 120_000 }, () => {
    for (const [when, length] of [
      ['with a Content-Length', { 'content-length': String(50 * MIB) }],
      ['in chunks', {}],
    ] as const) {
      test(`leaves nothing of an upload ${when} whose client goes away half way`, async (context) => {
        const gateway = buildGateway(LIMIT);
        const upload = open(await listen(context, gateway.app), { ...headers, ...length });
        upload.write(begin(mp4(3 * MIB)));
        await eventually(() => chunks(gateway) >= 2);
        upload.destroy();
        await eventually(() => gateway.storedKeys().length === 0);
        await runEventLoop();
        assert.deepEqual(gateway.storedKeys(), []);
        assert.deepEqual(gateway.publishedVideos, []);
        assert.equal(gateway.lines.objects().filter(({ level }) => level >= 50).length, 0);
      });
    }

    // Proxies and many clients send `Connection: close` with each request.
    const closing = { connection: 'close' };
    for (const [what, bytes, status, code, extra] of [
      ['is no media file', Buffer.alloc(6 * MIB, 'x'), 415, 'not_media', {}],
      ['is too large', mp4(6 * MIB), 413, 'too_large', {}],
      ['is too large, with `Connection: close`,', mp4(6 * MIB), 413, 'too_large', closing],
    ] as const) {
      test(`refuses a file that ${what} before its end, and the client can read why`, async (context) => {
        const gateway = buildGateway({ maxUploadBytes: 4 * MIB });
        const upload = open(await listen(context, gateway.app), { ...headers, ...extra });
        upload.write(begin(bytes)); // The request is not ended.
        const [answer] = (await once(upload, 'response')) as [IncomingMessage];
        const problem = (await json(answer)) as { code: string };
        assert.deepEqual([answer.statusCode, problem.code], [status, code]);
        assert.deepEqual(gateway.storedKeys(), []);
        // Many clients read the response only after they have sent the whole request.
        const failure = await new Promise((resolve) => upload.write(mp4(30 * MIB), resolve));
        assert.equal(failure ?? undefined, undefined);
        upload.destroy();
      });
    }

    test('refuses an upload with a too large Content-Length before its first byte', async (context) => {
      const gateway = buildGateway(LIMIT);
      const length = { 'content-length': String(10 * 1024 * MIB) };
      const upload = open(await listen(context, gateway.app), { ...headers, ...length });
      upload.flushHeaders();
      const [answer] = (await once(upload, 'response')) as [IncomingMessage];
      assert.equal(answer.statusCode, 413);
      upload.destroy();
    });

    test('applies backpressure to the client of an upload while the store is slow', async (context) => {
      const released = Promise.withResolvers<void>();
      let puts = 0;
      const gateway = buildGateway({
        ...LIMIT,
        async onPutBytes(put) {
          puts++;
          await released.promise;
          return put();
        },
      });
      const upload = open(await listen(context, gateway.app), headers);
      upload.write(begin(mp4(40 * MIB)));
      await eventually(() => puts === 4);
      await runEventLoop(2000);
      assert.equal(puts, 4);
      const socket = upload.socket ?? assert.fail();
      // The other bytes are in the buffers of the two sockets.
      assert.ok(socket.writableLength > 20 * MIB, `${socket.writableLength} bytes wait at the client`);
      released.resolve();
      await eventually(() => chunks(gateway) >= 39);
      upload.destroy();
      await eventually(() => gateway.storedKeys().length === 0);
    });
  });
}
