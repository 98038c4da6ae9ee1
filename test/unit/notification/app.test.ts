import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createNotificationApp } from '../../../services/notification/app.ts';
import type { Notify } from '../../../services/notification/notify-once.ts';
import { deliver, signedEvent, subscriberOptions } from '../../support/deliver-event.ts';
import { done } from './mp3-events.ts';

const PATH = '/events/mp3';
const event = done();
const build = (notify: Notify) => createNotificationApp({ notify, ...subscriberOptions() });
const refuse: Notify = async () => assert.fail('notified');

for (const [outcome, status] of [
  ['notified', 'SUCCESS'],
  ['deferred', 'SUCCESS'],
  ['dropped', 'DROP'],
] as const) {
  it(`answers a delivery with ${status} when the notification was ${outcome}`, async () => {
    const seen: unknown[] = [];
    const app = build(async (data) => {
      seen.push(data);
      return outcome;
    });
    const reply = await deliver(app, PATH, signedEvent('mp3', event));
    assert.deepEqual([reply.status, reply.json], [200, { status }]);
    assert.deepEqual(seen, [event]);
  });
}

it('drops a delivery whose address is not a mail address', async () => {
  const reply = await deliver(build(refuse), PATH, signedEvent('mp3', { ...event, email: 'nobody' }));
  assert.deepEqual([reply.status, reply.json], [200, { status: 'DROP' }]);
});

it('refuses a delivery that does not come from our sidecar', async () => {
  assert.equal((await deliver(build(refuse), PATH, signedEvent('mp3', event), {})).status, 403);
});

it('drops a delivery that the system has not signed', async () => {
  const reply = await deliver(build(refuse), PATH, { data: event });
  assert.deepEqual([reply.status, reply.json], [200, { status: 'DROP' }]);
});
