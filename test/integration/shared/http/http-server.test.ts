import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { serve } from '../../../../services/shared/http/http-server.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';

/** Seconds for which traefik and the HTTP client of Go, which a sidecar uses, keep an idle connection. nginx and others keep it for less. */
const PROXY_SECONDS = 90;

it('a service keeps an idle connection longer than the proxies and sidecars that use it again', async (t) => {
  const server = await serve((_request, response) => void response.end('ok'), {
    ...{ host: '127.0.0.1', port: 0, log: createLog('test', 'silent'), shutdownSeconds: 1 },
    ...{ stopping: new AbortController(), close: async () => {} },
  });
  t.after(() => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.removeAllListeners(signal);
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  await answer.text();
  const seconds = Number(/timeout=(\d+)/.exec(answer.headers.get('keep-alive') ?? '')?.[1]);
  assert.ok(seconds > PROXY_SECONDS, `${seconds} s`);
});
