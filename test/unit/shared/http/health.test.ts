import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { type Checks, health } from '../../../../services/shared/http/health.ts';
import { createApp } from '../../../../services/shared/http/koa-app.ts';
import { inProcess } from '../../../support/in-process.ts';

function build(checks: Checks) {
  const stopping = new AbortController();
  const app = createApp(pino({ level: 'silent' }));
  app.use(health(checks, stopping.signal)).use((context) => {
    context.body = 'a route';
  });
  const call = inProcess(app);
  return { call, get: (path: string) => call('GET', path), stopping };
}
const fine = async () => undefined;
const broken = () => Promise.reject(new Error('mysql://root:hunter2@db'));

describe('health', () => {
  test('answers /healthz with 200 even when a check fails and the service is stopping', async () => {
    const { get, stopping } = build({ store: broken });
    stopping.abort();
    const { status, json } = await get('/healthz');
    assert.deepEqual([status, json], [200, { status: 'ok' }]);
  });

  test('answers /readyz with 200 when all checks pass', async () => {
    const { status, json } = await build({ store: fine, mysql: fine }).get('/readyz');
    assert.deepEqual([status, json], [200, { status: 'ok', checks: { store: 'ok', mysql: 'ok' } }]);
  });

  test('answers /readyz with 503 when a check fails, with its name and without the reason', async () => {
    const { status, json, text } = await build({ store: fine, mysql: broken }).get('/readyz');
    assert.equal(status, 503);
    assert.deepEqual(json, { status: 'unavailable', checks: { store: 'ok', mysql: 'does not answer' } });
    assert.doesNotMatch(text, /hunter2/);
  });

  test('answers /readyz with 503 while the service is stopping, without running the checks', async () => {
    let asked = 0;
    const { get, stopping } = build({ store: async () => void asked++ });
    stopping.abort();
    const { status, json } = await get('/readyz');
    assert.equal(status, 503);
    assert.deepEqual(Object.keys(json.checks), ['stopping']);
    assert.equal(asked, 0);
  });

  for (const path of ['/healthz', '/readyz']) {
    test(`answers HEAD ${path} with 200`, async () => {
      const { status, text } = await build({}).call('HEAD', path);
      assert.deepEqual([status, text], [200, '']);
    });

    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      test(`answers ${method} ${path} with 405`, async () => {
        const { status, headers, json } = await build({}).call(method, path);
        assert.deepEqual([status, json.code, headers.allow], [405, 'method_not_allowed', 'GET, HEAD']);
      });
    }
  }

  test('leaves other paths to other routes', async () => {
    assert.equal((await build({}).get('/healthz/x')).text, 'a route');
  });
});
