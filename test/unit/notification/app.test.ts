import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createNotificationApp } from '../../../services/notification/app.ts';
import type { Notify } from '../../../services/notification/notify.ts';
import { unavailable } from '../../../services/shared/errors.ts';
import { inProcess } from '../../support/in-process.ts';
import { done } from './events.ts';

const TOKEN = 'the-token-of-the-sidecar';
const event = done();
const client = (notify: Notify, check = async () => undefined, stopping = new AbortController().signal) =>
  inProcess(
    createNotificationApp({
      notify,
      checks: { sidecar: check },
      stopping,
      apiToken: TOKEN,
      log: pino({ level: 'silent' }),
    }),
  );
const refuse: Notify = async () => assert.fail('told');
const headers = { 'dapr-api-token': TOKEN, 'content-type': 'application/cloudevents+json' };
const post = (
  call: ReturnType<typeof client>,
  body: string | object,
  given: Record<string, string> = headers,
) =>
  call('POST', '/events/mp3', {
    headers: given,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('a delivery', () => {
  it('is answered when the owner is told', async () => {
    const seen: unknown[] = [];
    const reply = await post(
      client(async (data) => {
        seen.push(data);
        return 'told';
      }),
      { specversion: '1.0', data: event },
    );
    assert.deepEqual([reply.status, reply.json], [200, { status: 'SUCCESS' }]);
    assert.deepEqual(seen, [event]);
  });

  for (const [outcome, status] of [
    ['left', 'SUCCESS'],
    ['dropped', 'DROP'],
  ] as const) {
    it(`is answered with ${status} when it is ${outcome}`, async () => {
      const reply = await post(
        client(async () => outcome),
        { data: event },
      );
      assert.deepEqual([reply.status, reply.json], [200, { status }]);
    });
  }

  it('is answered with 503 when it should come again', async () => {
    const reply = await post(
      client(() => Promise.reject(unavailable('the store'))),
      { data: event },
    );
    assert.equal(reply.status, 503);
  });

  for (const [name, body] of [
    ['no JSON', 'x'],
    ['no envelope', '[]'],
    ['no data', {}],
    ['another schema', { data: { ...event, email: 'nobody' } }],
  ] as const) {
    it(`is dropped, never refused, with ${name}: a refusal would come again for ever`, async () => {
      const reply = await post(client(refuse), body);
      assert.deepEqual([reply.status, reply.json], [200, { status: 'DROP' }]);
    });
  }

  for (const [name, given] of [
    ['no token', {}],
    ['a wrong token', { 'dapr-api-token': 'x' }],
  ] as [string, Record<string, string>][]) {
    it(`is refused with ${name}`, async () => {
      assert.equal((await post(client(refuse), { data: event }, given)).status, 403);
    });
  }
});

it('health needs no token; readiness needs the sidecar', async () => {
  assert.equal((await client(refuse)('GET', '/healthz')).status, 200);
  assert.equal((await client(refuse)('GET', '/readyz')).status, 200);
  const away = client(refuse, () => Promise.reject(new Error('away')));
  assert.equal((await away('GET', '/healthz')).status, 200);
  assert.equal((await away('GET', '/readyz')).status, 503);
  const stopped = client(refuse, undefined, AbortSignal.abort());
  assert.equal((await stopped('GET', '/readyz')).status, 503);
});
