import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createNotificationApp } from '../../../services/notification/app.ts';
import type { Notify } from '../../../services/notification/notify.ts';
import { deliver, subscriberOptions } from '../../support/deliver-event.ts';
import { done } from './events.ts';

const PATH = '/events/mp3';
const event = done();
const build = (notify: Notify) => createNotificationApp({ notify, ...subscriberOptions() });
const refuse: Notify = async () => assert.fail('told');

for (const [outcome, status] of [
  ['told', 'SUCCESS'],
  ['left', 'SUCCESS'],
  ['dropped', 'DROP'],
] as const) {
  it(`a delivery is answered with ${status} when its outcome is ${outcome}`, async () => {
    const seen: unknown[] = [];
    const app = build(async (data) => {
      seen.push(data);
      return outcome;
    });
    const reply = await deliver(app, PATH, { data: event });
    assert.deepEqual([reply.status, reply.json], [200, { status }]);
    assert.deepEqual(seen, [event]);
  });
}

it('a delivery whose address is none is dropped', async () => {
  const reply = await deliver(build(refuse), PATH, { data: { ...event, email: 'nobody' } });
  assert.deepEqual([reply.status, reply.json], [200, { status: 'DROP' }]);
});

it('a delivery that is not of our sidecar is refused', async () => {
  assert.equal((await deliver(build(refuse), PATH, { data: event }, {})).status, 403);
});
