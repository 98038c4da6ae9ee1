import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { eventually, turns } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';
import { listening } from '../../../support/listening.ts';
import { asOwner, buildGateway } from '../../../unit/gateway/build.ts';

test('nobody asks the store any more for a watcher who left', { timeout: 20_000 }, async (context) => {
  const gateway = buildGateway();
  const job = await gateway.save(newJob());
  const get = context.mock.method(gateway.jobs, 'get');
  const url = await listening(context, gateway.app);
  const watcher = request(`${url}/jobs/${job.id}/events`, { headers: asOwner }).end();
  watcher.on('error', () => undefined);
  await once(watcher, 'response');
  // It goes on while the watcher is there …
  await eventually(() => get.mock.callCount() >= 3);
  const signal = get.mock.calls.at(-1)?.arguments[1] as AbortSignal;
  assert.equal(signal.aborted, false);
  // … and ends with it.
  watcher.destroy();
  await eventually(() => signal.aborted);
  await turns();
  assert.doesNotMatch(gateway.lines.text(), /broke off/);
});
