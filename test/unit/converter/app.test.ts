import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { createConverterApp } from '../../../services/converter/app.ts';
import type { Convert } from '../../../services/converter/job/convert.ts';
import { deliver, noProbes, signedEvent, subscriberOptions } from '../../support/deliver-event.ts';

const PATH = '/events/video';
const event = { job_id: randomUUID(), trace_id: 'abc' };
const build = (convert: Convert) => createConverterApp({ convert, probe: noProbes, ...subscriberOptions() });
const refuse: Convert = async () => assert.fail('converted');

it('answers a delivery when nothing is left to do for its job', async () => {
  const seen: unknown[] = [];
  const reply = await deliver(
    build(async (data) => void seen.push(data)),
    PATH,
    signedEvent('video', event),
  );
  assert.deepEqual([reply.status, reply.json], [200, { status: 'SUCCESS' }]);
  assert.deepEqual(seen, [event]);
});

it('drops a delivery whose job id is not an id', async () => {
  const reply = await deliver(build(refuse), PATH, signedEvent('video', { ...event, job_id: '../x' }));
  assert.deepEqual([reply.status, reply.json], [200, { status: 'DROP' }]);
});

it('refuses a delivery that does not come from our sidecar', async () => {
  assert.equal((await deliver(build(refuse), PATH, signedEvent('video', event), {})).status, 403);
});

it('drops a delivery that the system has not signed', async () => {
  const reply = await deliver(build(refuse), PATH, { data: event });
  assert.deepEqual([reply.status, reply.json], [200, { status: 'DROP' }]);
});
