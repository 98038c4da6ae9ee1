import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { createConverterApp } from '../../../services/converter/app.ts';
import type { Convert } from '../../../services/converter/job/convert.ts';
import { deliver, subscriberOptions } from '../../support/deliver-event.ts';

const PATH = '/events/video';
const event = { job_id: randomUUID(), trace_id: 'abc' };
const build = (convert: Convert) => createConverterApp({ convert, ...subscriberOptions() });
const refuse: Convert = async () => assert.fail('converted');

it('a delivery is answered when the job is settled', async () => {
  const seen: unknown[] = [];
  const reply = await deliver(
    build(async (data) => void seen.push(data)),
    PATH,
    { data: event },
  );
  assert.deepEqual([reply.status, reply.json], [200, { status: 'SUCCESS' }]);
  assert.deepEqual(seen, [event]);
});

it('a delivery whose id is none is dropped', async () => {
  const reply = await deliver(build(refuse), PATH, { data: { ...event, job_id: '../x' } });
  assert.deepEqual([reply.status, reply.json], [200, { status: 'DROP' }]);
});

it('a delivery that is not of our sidecar is refused', async () => {
  assert.equal((await deliver(build(refuse), PATH, { data: event }, {})).status, 403);
});
