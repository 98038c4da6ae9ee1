import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { createSubscriber } from '../../../../services/shared/http/subscriber.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { deliver, signedEvent, subscriberOptions } from '../../../support/deliver-event.ts';
import { inProcess } from '../../../support/in-process.ts';

const PATH = '/events/video';
const schema = z.object({ number: z.number() });
type Handle = (event: { number: number }) => Promise<'SUCCESS' | 'DROP'>;
const build = (handle: Handle, options = subscriberOptions()) =>
  createSubscriber('video', schema, handle, options);
const refuse: Handle = async () => assert.fail('handled');

describe('a delivery', () => {
  for (const status of ['SUCCESS', 'DROP'] as const) {
    it(`is answered with ${status} when the handler returns ${status}`, async () => {
      const seen: unknown[] = [];
      const app = build(async (event) => {
        seen.push(event);
        return status;
      });
      const reply = await deliver(app, PATH, signedEvent('video', { number: 7 }));
      assert.deepEqual([reply.status, reply.json], [200, { status }]);
      assert.deepEqual(seen, [{ number: 7 }]);
    });
  }

  it('is answered with 503 when the handler throws unavailable, so that it is delivered again', async () => {
    const app = build(() => Promise.reject(unavailable('the store')));
    assert.equal((await deliver(app, PATH, signedEvent('video', { number: 7 }))).status, 503);
  });

  for (const [name, body] of [
    ['no JSON', 'x'],
    ['no envelope', '[]'],
    ['no data', {}],
    ['another schema', signedEvent('video', { number: 'seven' })],
    ['no signature', { data: { number: 7 } }],
    ['the signature of another topic', signedEvent('mp3', { number: 7 })],
  ] as const) {
    it(`is dropped when its body has ${name}, because a refused event would be delivered again for ever`, async () => {
      const reply = await deliver(build(refuse), PATH, body);
      assert.deepEqual([reply.status, reply.json], [200, { status: 'DROP' }]);
    });
  }

  for (const [name, given] of [
    ['no token', {}],
    ['a wrong token', { 'dapr-api-token': 'x' }],
  ] as [string, Record<string, string>][]) {
    it(`is refused with 403 when it has ${name}`, async () => {
      assert.equal(
        (await deliver(build(refuse), PATH, signedEvent('video', { number: 7 }), given)).status,
        403,
      );
    });
  }
});

describe('the health routes of a subscriber', () => {
  const failing = { sidecar: () => Promise.reject(new Error('no answer')) };
  for (const [what, options, readiness] of [
    ['when the sidecar answers', {}, 200],
    ['when the sidecar does not answer', { checks: failing }, 503],
    ['when the service is stopping', { stoppingSignal: AbortSignal.abort() }, 503],
  ] as const) {
    it(`answer without a token, and /readyz with ${readiness}, ${what}`, async () => {
      const call = inProcess(build(refuse, { ...subscriberOptions(), ...options }));
      assert.equal((await call('GET', '/healthz')).status, 200);
      assert.equal((await call('GET', '/readyz')).status, readiness);
    });
  }
});

describe('the metrics of a subscriber', () => {
  it('contain the process and the deliveries by route, need no token, and accept only GET and HEAD', async () => {
    const app = build(async () => 'SUCCESS');
    await deliver(app, PATH, signedEvent('video', { number: 7 }));
    const call = inProcess(app);
    const { status, headers, text } = await call('GET', '/metrics');
    assert.equal(status, 200);
    assert.match(String(headers['content-type']), /^text\/plain/);
    assert.match(text, /^process_resident_memory_bytes\{service="subscriber"\} \d+$/m);
    assert.match(
      text,
      /^http_request_duration_seconds_count\{service="subscriber",method="POST",route="\/events\/video",status="200"\} \d+$/m,
    );
    const posted = await call('POST', '/metrics');
    assert.deepEqual([posted.status, posted.headers.allow], [405, 'GET, HEAD']);
  });
});
