import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { client } from '../support/client.ts';
import { peakMb, resetPeak } from '../support/peak-memory.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

const HEADERS = { '200 kB': 200e3, '4 MB': 4e6, '64 MB': 64e6 };
/** Growth of the gateway. Other tests upload through it at the same time, so this is not the memory of one upload alone. */
const MAX_GROWTH_MB = 120;
const BEGIN = Buffer.from('--b\r\nContent-Disposition: form-data; name="file"\r\nX-Long: ');

/** Sends a form in which the header of the first part has `bytes` bytes and does not end. Returns the response. */
async function send(url: string, headers: Record<string, string>, bytes: number, signal: AbortSignal) {
  const upload = request(`${url}/upload`, {
    method: 'POST',
    signal,
    headers: { ...headers, 'content-type': 'multipart/form-data; boundary=b' },
  });
  const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
  // It is one write, because Node's client emits no `drain` after the response. On a slow machine the gateway closes the connection
  // before it has read everything, which fails the write but not the test.
  const written = new Promise((resolve) =>
    upload.write(Buffer.concat([BEGIN, Buffer.alloc(bytes, 'x')]), resolve),
  );
  const [response] = await answered;
  upload.on('error', () => undefined);
  const { code } = (await json(response)) as { code: string };
  await written;
  upload.destroy();
  return { status: response.statusCode, code };
}

for (const system of systemsUnderTest()) {
  describe(`POST /upload over ${system.name}, with a form whose part header does not end`, () => {
    const api = client(system.gatewayUrl);
    for (const [size, bytes] of Object.entries(HEADERS)) {
      it(`answers 400 to a header of ${size}, serves other users meanwhile, and uses little memory`, {
        timeout: 240_000,
      }, async (context) => {
        const [sender, other] = await Promise.all([api.newAccount(), api.newAccount()]);
        const gateway = system.pids.gateway ?? 0;
        await resetPeak(gateway);
        const before = await peakMb(gateway);
        let isSending = true;
        const refused = send(system.gatewayUrl, api.bearer(sender), bytes, context.signal).finally(() => {
          isSending = false;
        });
        const statuses: number[] = [];
        do {
          const reply = await api.send('/jobs', { headers: api.bearer(other) });
          await reply.arrayBuffer();
          statuses.push(reply.status);
        } while (isSending && !context.signal.aborted);
        assert.deepEqual(await refused, { status: 400, code: 'bad_request' });
        assert.deepEqual([...new Set(statuses)], [200]);
        const grown = (await peakMb(gateway)) - before;
        context.diagnostic(`${statuses.length} other requests; the gateway grew by ${grown.toFixed(0)} MB`);
        assert.ok(grown < MAX_GROWTH_MB, `the gateway grew by ${grown.toFixed(0)} MB`);
      });
    }
  });
}
