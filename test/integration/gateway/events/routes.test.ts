import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';
import { listen } from '../../../support/listen.ts';
import { asOwner, buildGateway } from '../../../unit/gateway/test-gateway.ts';

describe('GET /jobs/:id/events', () => {
  test('stops reading the store when the client goes away', { timeout: 120_000 }, async (context) => {
    const gateway = buildGateway();
    const job = await gateway.save(newJob());
    const getMany = context.mock.method(gateway.jobs, 'getMany');
    const url = await listen(context, gateway.app);
    const client = request(`${url}/jobs/${job.id}/events`, { headers: asOwner }).end();
    client.on('error', () => undefined);
    await once(client, 'response');
    // The store is read while the client is connected.
    await eventually(() => getMany.mock.callCount() >= 4);
    assert.equal(gateway.live.watcher.size, 1);
    client.destroy();
    await eventually(() => gateway.live.watcher.size === 0);
    await runEventLoop();
    assert.doesNotMatch(gateway.lines.text(), /broke off/);
  });
});
