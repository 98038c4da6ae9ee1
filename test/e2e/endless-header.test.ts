import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { peakMb, resetPeak } from '../bench/memory.ts';
import { client } from '../support/client.ts';
import { systemsUnderTest } from '../support/systems.ts';

const PIECE_BYTES = 64 * 1024;
/** On a busy machine the last one takes longer than the gateway reads on for after its answer, and is cut off. */
const HEADERS = { '200 kB': 200e3, '4 MB': 4e6, '64 MB': 64e6 };
/** Growth of the gateway. Other tests upload through it meanwhile, so it is not the memory of this upload alone. */
const MAX_GROWTH_MB = 120;

/** A form in which the header of the first part has so many bytes and does not end. The form does not end either. */
async function* endlessHeader(bytes: number, answered: Promise<unknown>) {
  yield Buffer.from('--b\r\nContent-Disposition: form-data; name="file"\r\nX-Long: ');
  const piece = Buffer.alloc(PIECE_BYTES, 'x');
  for (let sent = 0; sent < bytes; sent += PIECE_BYTES) yield piece;
  await answered;
}

/** Sends all of the form, or until the gateway cuts the connection, and gives the answer. */
async function send(url: string, headers: Record<string, string>, bytes: number, signal: AbortSignal) {
  const upload = request(`${url}/upload`, {
    method: 'POST',
    signal,
    headers: { ...headers, 'content-type': 'multipart/form-data; boundary=b' },
  });
  const answer = once(upload, 'response').then(async ([response]: IncomingMessage[]) => ({
    status: response?.statusCode,
    problem: response && ((await json(response)) as { code: string }),
  }));
  const closed = new Promise((resolve) => upload.once('close', resolve));
  // The cut of the connection comes after the answer.
  upload.on('error', () => undefined);
  const body = Readable.from(endlessHeader(bytes, answer));
  body.on('error', () => undefined).pipe(upload);
  upload.once('close', () => body.destroy());
  await closed;
  return answer;
}

for (const system of systemsUnderTest()) {
  describe(`a form whose part header does not end, over ${system.name}`, () => {
    const api = client(system.gatewayUrl);
    for (const [size, bytes] of Object.entries(HEADERS)) {
      it(`of ${size} is refused, while others are served and the gateway's memory stays small`, {
        timeout: 60_000,
      }, async (context) => {
        const [sender, other] = await Promise.all([api.newAccount(), api.newAccount()]);
        const gateway = system.pids.gateway ?? 0;
        await resetPeak(gateway);
        const before = await peakMb(gateway);
        let underWay = true;
        const refused = send(system.gatewayUrl, api.bearer(sender), bytes, context.signal).finally(() => {
          underWay = false;
        });
        const statuses: number[] = [];
        do {
          const reply = await api.send('/jobs', { headers: api.bearer(other) });
          await reply.arrayBuffer();
          statuses.push(reply.status);
        } while (underWay && !context.signal.aborted);
        const { status, problem } = await refused;
        assert.deepEqual([status, problem?.code], [400, 'bad_request']);
        assert.deepEqual([...new Set(statuses)], [200]);
        const grown = (await peakMb(gateway)) - before;
        context.diagnostic(`${statuses.length} other requests; the gateway grew by ${grown.toFixed(0)} MB`);
        assert.ok(grown < MAX_GROWTH_MB, `the gateway grew by ${grown.toFixed(0)} MB`);
      });
    }
  });
}
