import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually, runEventLoop } from '../../../../support/event-loop.ts';
import { mp4 } from '../../sample-uploads.ts';
import { asOwner, buildGateway } from '../../test-gateway.ts';
import { tusClient } from './tus-client.ts';

const CHUNK = 1024 ** 2;
const PIECE = 16 * 1024;
const FILE = mp4(6 * CHUNK);
/** Bytes in the buffers of the client, the connection and the request. They are as many in both ways. */
const READ_AHEAD = 256 * 1024;
/** The chunks of one upload that are on their way to the store. */
const IN_FLIGHT = 4;

describe('an upload that waits for the store', () => {
  for (const way of ['tus', 'POST /upload'])
    it(`by ${way} reads little more of the request than the chunks that are on their way`, async () => {
      const { promise: goOn, resolve } = Promise.withResolvers<void>();
      let puts = 0;
      async function onPutBytes(put: () => Promise<void>) {
        puts++;
        await goOn;
        await put();
      }
      const gateway = buildGateway({ maxUploadBytes: 10_000_000, onPutBytes });
      let sent = 0;
      async function* pieces() {
        for (let start = 0; start < FILE.length; start += PIECE) {
          sent += PIECE;
          yield FILE.subarray(start, start + PIECE);
        }
      }
      const tus = tusClient(gateway);
      const reply =
        way === 'tus'
          ? tus.patch(await tus.create(FILE.length), 0, pieces())
          : gateway.call('POST', '/upload', {
              headers: { ...asOwner, 'content-type': 'video/mp4' },
              body: pieces(),
            });
      await eventually(() => puts === IN_FLIGHT);
      await runEventLoop(500);
      const ahead = sent - IN_FLIGHT * CHUNK;
      resolve();
      assert.ok((await reply).status < 300);
      assert.ok(ahead <= READ_AHEAD, `${ahead} bytes`);
    });
});
