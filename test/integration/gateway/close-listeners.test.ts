import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { drainable } from '../../../services/shared/http/drain.ts';
import { createBoundedServer } from '../../../services/shared/http/http-server.ts';
import { MP3, withMp3 } from '../../unit/gateway/gateway-with-mp3.ts';
import { asOwner } from '../../unit/gateway/test-gateway.ts';

/** What each route with a stream as its body is asked for. */
const STREAMS = [
  ['/download/ID', 'an MP3'],
  ['/download/archive?id=ID', 'an archive'],
  ['/jobs/ID/events', 'the events of a job'],
  ['/jobs/events', 'the events of all jobs'],
] as const;

for (const [path, what] of STREAMS) {
  test(`a response with ${what} has fewer listeners than those of which Node warns`, {
    timeout: 120_000,
  }, async (t) => {
    const gateway = await withMp3({ bytes: MP3 });
    const server = createBoundedServer(gateway.app.callback());
    drainable(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    t.after(() => process.off('warning', note));

    const left = new AbortController();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const response = await fetch(`${url}${path.replace('ID', gateway.job.id)}`, {
      headers: asOwner,
      signal: left.signal,
    });
    assert.equal(response.status, 200);
    await response.body?.getReader().read();
    left.abort();
    assert.deepEqual(
      warnings.map(({ message }) => message),
      [],
    );
  });
}
