import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
import { asOwner, buildGateway } from '../test-gateway.ts';

describe('createGateway', () => {
  const ADDRESSES: [method: string, path: string, status: number, code: string, allow?: string][] = [
    ['GET', '/', 404, 'not_found'],
    ['GET', '/nothing/here', 404, 'not_found'],
    ['POST', '/nothing', 404, 'not_found'],
    ['GET', '/jobs/a/b/c', 404, 'not_found'],
    ['GET', '/register', 405, 'method_not_allowed', 'POST'],
    ['GET', '/upload', 405, 'method_not_allowed', 'POST'],
    ['DELETE', '/jobs', 405, 'method_not_allowed', 'HEAD, GET'],
    ['PUT', '/download', 405, 'method_not_allowed', 'HEAD, GET'],
    ['POST', '/openapi.json', 405, 'method_not_allowed', 'HEAD, GET'],
    ['POST', '/metrics', 405, 'method_not_allowed', 'GET, HEAD'],
    ['PROPFIND', '/jobs', 405, 'method_not_allowed', 'HEAD, GET'],
  ];
  for (const [method, path, status, code, allow] of ADDRESSES) {
    test(`answers ${status} ${code} to ${method} ${path}`, async () => {
      const reply = await buildGateway().call(method, path, { headers: asOwner });
      assert.deepEqual([reply.status, reply.json?.code, reply.headers.allow], [status, code, allow]);
      assert.equal(reply.headers['content-type'], 'application/problem+json');
    });
  }

  test('answers OPTIONS with the allowed methods', async () => {
    const { status, headers } = await buildGateway().call('OPTIONS', '/upload');
    assert.deepEqual([status, headers.allow], [200, 'POST']);
  });
});

describe('GET /healthz and GET /readyz', () => {
  test('answer 200 when the process and the sidecar are up', async () => {
    const { call } = buildGateway();
    assert.deepEqual((await call('GET', '/healthz')).json, { status: 'ok' });
    const { status, json } = await call('GET', '/readyz');
    assert.deepEqual([status, json], [200, { status: 'ok', checks: { sidecar: 'ok' } }]);
  });

  test('answer that the process is alive but not ready without the sidecar', async () => {
    const { call, failCheck } = buildGateway();
    failCheck();
    assert.equal((await call('GET', '/healthz')).status, 200);
    const { status, json } = await call('GET', '/readyz');
    assert.deepEqual([status, json.checks], [503, { sidecar: 'does not answer' }]);
  });

  test('answer that the process is not ready while it stops', async () => {
    const { call, stopping } = buildGateway();
    stopping.abort();
    assert.equal((await call('GET', '/healthz')).status, 200);
    assert.equal((await call('GET', '/readyz')).status, 503);
  });
});

test('GET /openapi.json serves the document', async () => {
  const { status, headers, json } = await buildGateway().call('GET', '/openapi.json');
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^application\/json/);
  assert.deepEqual(json, JSON.parse(JSON.stringify(openapi)));
});

describe('GET /metrics', () => {
  const sampleOf = async (method: string, path: string, headers: Record<string, string>, labels: string) => {
    const { call } = buildGateway();
    const count = async () => {
      const { text } = await call('GET', '/metrics');
      const sample = new RegExp(
        `^http_request_duration_seconds_count\\{service="gateway",${labels}\\} (\\d+)$`,
        'm',
      );
      return Number(sample.exec(text)?.[1] ?? 0);
    };
    const before = await count();
    await call(method, path, { headers });
    return (await count()) - before;
  };
  const id = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';

  const SAMPLES: [method: string, path: string, headers: Record<string, string>, labels: string][] = [
    ['GET', '/jobs', asOwner, 'method="GET",route="/jobs",status="200"'],
    ['GET', '/jobs', {}, 'method="GET",route="/jobs",status="401"'],
    ['GET', `/jobs/${id}`, asOwner, 'method="GET",route="/jobs/:id",status="404"'],
    ['POST', '/login', {}, 'method="POST",route="/login",status="503"'],
    ['GET', '/nothing', {}, 'method="GET",route="none",status="404"'],
    ['GET', '/upload', {}, 'method="GET",route="[^"]*",status="405"'],
  ];
  for (const [method, path, headers, labels] of SAMPLES) {
    test(`counts ${method} ${path} as ${labels}`, async () => {
      assert.equal(await sampleOf(method, path, headers, labels), 1);
    });
  }

  test('includes the metrics of the process', async () => {
    const { text, headers } = await buildGateway().call('GET', '/metrics');
    assert.match(String(headers['content-type']), /^text\/plain/);
    assert.match(text, /^process_resident_memory_bytes\{service="gateway"\} \d+$/m);
  });
});
