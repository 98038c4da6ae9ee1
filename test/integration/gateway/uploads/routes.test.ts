import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { eventually, turns } from '../../../support/event-loop.ts';
import { listening } from '../../../support/listening.ts';
import { asOwner, buildGateway, type Gateway } from '../../../unit/gateway/build.ts';
import { filePart, formType, mp4 } from '../../../unit/gateway/footage.ts';

const MIB = 1024 ** 2;
const LIMIT = { maxUploadBytes: 64 * MIB };
const WAYS = [
  { way: 'raw', headers: { ...asOwner, 'content-type': 'video/mp4' }, begin: (bytes: Buffer) => bytes },
  // Without the end of the part and of the form.
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
  describe(`an upload as a ${way} body`, { timeout: 20_000 }, () => {
    for (const [when, length] of [
      ['that says its length', { 'content-length': String(50 * MIB) }],
      ['of any length', {}],
    ] as const) {
      test(`${when} leaves nothing when its client goes away half-way`, async (context) => {
        const gateway = buildGateway(LIMIT);
        const upload = open(await listening(context, gateway.app), { ...headers, ...length });
        upload.write(begin(mp4(3 * MIB)));
        await eventually(() => chunks(gateway) >= 2);
        upload.destroy();
        await eventually(() => gateway.left().length === 0);
        await turns();
        assert.deepEqual(gateway.left(), []);
        assert.deepEqual(gateway.announced, []);
        assert.equal(gateway.lines.objects().filter(({ level }) => level >= 50).length, 0);
      });
    }

    // Proxies ask for the end of the connection after each answer, and so do many clients.
    const closing = { connection: 'close' };
    for (const [what, bytes, status, code, extra] of [
      ['is no media file', Buffer.alloc(6 * MIB, 'x'), 415, 'not_media', {}],
      ['is too large', mp4(6 * MIB), 413, 'too_large', {}],
      ['is too large, on a connection that is to be closed,', mp4(6 * MIB), 413, 'too_large', closing],
    ] as const) {
      test(`that ${what} is refused before its end, and the client reads why`, async (context) => {
        const gateway = buildGateway({ maxUploadBytes: 4 * MIB });
        const upload = open(await listening(context, gateway.app), { ...headers, ...extra });
        upload.write(begin(bytes)); // and no end
        const [answer] = (await once(upload, 'response')) as [IncomingMessage];
        const problem = (await json(answer)) as { code: string };
        assert.deepEqual([answer.statusCode, problem.code], [status, code]);
        assert.deepEqual(gateway.left(), []);
        // Many clients read only after they have sent all.
        const failure = await new Promise((resolve) => upload.write(mp4(30 * MIB), resolve));
        assert.equal(failure ?? undefined, undefined);
        upload.destroy();
      });
    }

    test('that says it is too large is refused before its first byte', async (context) => {
      const gateway = buildGateway(LIMIT);
      const length = { 'content-length': String(10 * 1024 * MIB) };
      const upload = open(await listening(context, gateway.app), { ...headers, ...length });
      upload.flushHeaders();
      const [answer] = (await once(upload, 'response')) as [IncomingMessage];
      assert.equal(answer.statusCode, 413);
      upload.destroy();
    });

    test('waits for a slow store, and does not pile up in memory', async (context) => {
      const gate = Promise.withResolvers<void>();
      let puts = 0;
      const gateway = buildGateway({
        ...LIMIT,
        async onPutBytes(put) {
          puts++;
          await gate.promise;
          return put();
        },
      });
      const upload = open(await listening(context, gateway.app), headers);
      upload.write(begin(mp4(40 * MIB)));
      await eventually(() => puts === 4);
      await turns(2000);
      assert.equal(puts, 4);
      const socket = upload.socket ?? assert.fail();
      // What is neither with the client nor in the store is in the buffers of the two sockets.
      assert.ok(socket.writableLength > 20 * MIB, `${socket.writableLength} bytes wait at the client`);
      gate.resolve();
      await eventually(() => chunks(gateway) >= 39);
      upload.destroy();
      await eventually(() => gateway.left().length === 0);
    });
  });
}
