import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { newTraceId, traceparentOf } from '../../services/shared/http/trace-context.ts';
import { client } from '../support/client.ts';
import { type SystemUnderTest, systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';
import { mp4 } from '../unit/gateway/sample-uploads.ts';

const MIB = 1024 ** 2;
const SIZE = 3 * MIB;
const BEGIN = mp4(SIZE).subarray(0, 1.5 * MIB);
const TUS = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' };

type Headers = Record<string, string>;

/**
 * Sends the beginning of a file in chunks, and then a byte now and then until the gateway refuses it. A sidecar passes the response
 * on only once the request has ended.
 */
async function sendTooSlowly(system: SystemUnderTest, url: string, method: string, headers: Headers) {
  const traceId = newTraceId();
  const sent = request(url, { method, headers: { ...headers, traceparent: traceparentOf(traceId) } });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.on('error', () => undefined);
  sent.write(BEGIN);
  const trickle = setInterval(() => sent.write('x'), 200);
  try {
    await waitFor('the refusal', () => isRefused(system, traceId), { timeoutMs: 120_000 });
    clearInterval(trickle);
    sent.end();
    const [answer] = await answered;
    const { code } = (await json(answer)) as { code: string };
    return { status: answer.statusCode, code, offset: Number(answer.headers['upload-offset']) };
  } finally {
    clearInterval(trickle);
    sent.destroy();
  }
}

/** Whether the gateway has ended the request of this trace because it was too slow. */
async function isRefused({ stateRoot }: SystemUnderTest, traceId: string): Promise<boolean> {
  const log = await readFile(join(stateRoot, '.data/logs/gateway.log'), 'utf8');
  return log.split('\n').some((line) => line.includes(traceId) && line.includes('too_slow'));
}

// Each test waits for ten seconds until the gateway has seen that it is slow.
describe('slow uploads', { concurrency: true }, () => {
  for (const system of systemsUnderTest()) {
    const { otherSidecar, tokens, gatewayUrl } = system;
    const invokeUrl = `http://127.0.0.1:${otherSidecar.daprHttpPort}/v1.0/invoke/gateway/method`;
    for (const [how, url, extra] of [
      ['directly', gatewayUrl, {}],
      ["by Dapr's service invocation", invokeUrl, { 'dapr-api-token': tokens.daprApi }],
    ] as const) {
      describe(`${how}, over ${system.name}`, { concurrency: true }, () => {
        const api = client(url, extra);

        it('ends a slow POST /upload with 408', async () => {
          const account = await api.newAccount();
          const headers = { ...extra, ...api.bearer(account), 'content-type': 'video/mp4' };
          const { status, code } = await sendTooSlowly(system, `${url}/upload`, 'POST', headers);
          assert.deepEqual([status, code], [408, 'too_slow']);
          const jobs = await api.send('/jobs', { headers: api.bearer(account) });
          assert.deepEqual(((await jobs.json()) as { jobs: object[] }).jobs, []);
        });

        it('ends a slow PATCH with 408, keeps what has arrived, and takes the rest', async () => {
          const account = await api.newAccount();
          const headers = { ...api.bearer(account), 'tus-resumable': '1.0.0' };
          const created = await api.send('/uploads', {
            method: 'POST',
            headers: { ...headers, 'upload-length': String(SIZE) },
          });
          const path = String(created.headers.get('location'));
          const patch = { ...extra, ...headers, ...TUS };
          const refused = await sendTooSlowly(system, `${url}${path}`, 'PATCH', {
            ...patch,
            'upload-offset': '0',
          });
          assert.deepEqual([refused.status, refused.code], [408, 'too_slow']);
          const head = await api.send(path, { method: 'HEAD', headers });
          const offset = Number(head.headers.get('upload-offset'));
          assert.ok(offset >= BEGIN.length && offset < SIZE, String(offset));
          assert.equal(refused.offset, offset);
          const rest = await api.send(path, {
            method: 'PATCH',
            headers: { ...headers, ...TUS, 'upload-offset': String(offset) },
            body: new Uint8Array(mp4(SIZE).subarray(offset)),
          });
          assert.equal(rest.status, 204);
          assert.ok(rest.headers.get('mp3-job'));
        });
      });
    }
  }
});
