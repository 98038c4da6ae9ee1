import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { originList } from '../../../services/gateway/cors.ts';
import { asOwner, buildGateway } from './test-gateway.ts';

const ALLOWED = 'https://app.example.com';
const corsOrigins = [ALLOWED, 'http://localhost:5173'];
const from = (origin: string, more = {}) => ({ headers: { origin, ...more } });
const preflight = (origin: string, method: string) =>
  from(origin, {
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization,content-type,idempotency-key',
  });

describe('cors › a preflight', () => {
  const ROUTES: [method: string, path: string][] = [
    ['POST', '/register'],
    ['POST', '/login'],
    ['POST', '/upload'],
    ['POST', '/uploads'],
    ['PATCH', '/uploads/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10'],
    ['HEAD', '/uploads/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10'],
    ['GET', '/jobs'],
    ['DELETE', '/jobs/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10'],
    ['GET', '/jobs/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10/events'],
    ['POST', '/jobs/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10/retry'],
    ['GET', '/download/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10'],
    ['GET', '/openapi.json'],
  ];
  for (const [method, path] of ROUTES) {
    for (const origin of corsOrigins) {
      it(`of ${method} ${path} lets a page of ${origin} send its headers`, async () => {
        const reply = await buildGateway({ corsOrigins }).call('OPTIONS', path, preflight(origin, method));
        assert.equal(reply.status, 204);
        assert.equal(reply.headers['access-control-allow-origin'], origin);
        assert.equal(
          reply.headers['access-control-allow-headers'],
          'authorization,content-type,idempotency-key',
        );
        assert.ok(String(reply.headers['access-control-allow-methods']).split(',').includes(method));
        assert.equal(reply.headers['access-control-max-age'], '600');
        assert.equal(reply.headers.vary, 'Origin');
        assert.equal(reply.headers['access-control-allow-credentials'], undefined);
      });
    }
  }

  const STRANGERS = [
    'https://evil.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://app.example.com.evil.example',
    'https://sub.app.example.com',
    'null',
    '*',
    '',
  ];
  for (const origin of STRANGERS) {
    it(`gives a page of ${JSON.stringify(origin)} no access`, async () => {
      const gateway = buildGateway({ corsOrigins });
      for (const reply of [
        await gateway.call('OPTIONS', '/upload', preflight(origin, 'POST')),
        await gateway.call('GET', '/jobs', from(origin, asOwner)),
      ]) {
        assert.equal(reply.headers['access-control-allow-origin'], undefined);
        assert.equal(reply.headers.vary, 'Origin');
      }
    });
  }
});

describe('cors › a response', () => {
  const REQUESTS: [what: string, method: string, path: string, more: object, status: number][] = [
    ['that is a success', 'GET', '/jobs', asOwner, 200],
    ['to a request without a token', 'GET', '/jobs', {}, 401],
    ['to an unknown path', 'GET', '/nowhere', {}, 404],
    ['to a method that is not allowed', 'PUT', '/jobs', asOwner, 405],
    ['to a bad option', 'POST', '/upload?nonsense=1', { ...asOwner, 'content-type': 'video/mp4' }, 422],
    ['to a file that is no media file', 'POST', '/upload', { ...asOwner, 'content-type': 'video/mp4' }, 415],
    ['while auth is down', 'POST', '/login', { authorization: 'Basic YTpi' }, 503],
    ['of a health check', 'GET', '/healthz', {}, 200],
  ];
  for (const [what, method, path, more, status] of REQUESTS) {
    it(`${what} can be read by a page of an allowed origin`, async () => {
      const body = method === 'POST' ? { body: 'no media' } : {};
      const reply = await buildGateway({ corsOrigins }).call(method, path, {
        ...from(ALLOWED, more),
        ...body,
      });
      assert.equal(reply.status, status);
      assert.equal(reply.headers['access-control-allow-origin'], ALLOWED);
      assert.equal(reply.headers.vary, 'Origin');
      const exposed = String(reply.headers['access-control-expose-headers']).split(',');
      for (const name of ['Location', 'Content-Disposition', 'ETag', 'Content-Range', 'Retry-After']) {
        assert.ok(exposed.includes(name), name);
      }
    });
  }

  it('of a resumable upload shows its headers, errors included, and those of CORS once', async () => {
    const gateway = buildGateway({ corsOrigins });
    const headers = { ...asOwner, origin: ALLOWED, 'tus-resumable': '1.0.0' };
    const call = (method: string, path: string, more = {}) =>
      gateway.call(method, path, { headers: { ...headers, ...more } });
    const created = await call('POST', '/uploads', { 'upload-length': '9' });
    const path = String(created.headers.location);
    const bytes = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '5' };
    const replies = [
      created,
      await call('HEAD', path),
      await call('PATCH', path, bytes),
      await call('OPTIONS', path),
    ];
    assert.deepEqual(
      replies.map(({ status }) => status),
      [201, 200, 409, 204],
    );
    for (const reply of replies) {
      assert.equal(reply.headers['access-control-allow-origin'], ALLOWED);
      const exposed = String(reply.headers['access-control-expose-headers']).split(',');
      for (const name of [
        'Location',
        'Upload-Offset',
        'Upload-Length',
        'Tus-Resumable',
        'Upload-Expires',
        'Mp3-Job',
      ])
        assert.ok(exposed.includes(name), name);
    }
  });

  it('carries no CORS headers by default', async () => {
    const gateway = buildGateway();
    for (const reply of [
      await gateway.call('OPTIONS', '/upload', preflight(ALLOWED, 'POST')),
      await gateway.call('GET', '/jobs', from(ALLOWED, asOwner)),
      await gateway.call('OPTIONS', '/uploads', from(ALLOWED)),
      await gateway.call('HEAD', `/uploads/${crypto.randomUUID()}`, from(ALLOWED, asOwner)),
    ]) {
      const names = Object.keys(reply.headers).filter((name) => /^(access-control-|vary$)/.test(name));
      assert.deepEqual(names, []);
    }
  });
});

describe('originList', () => {
  const LISTS: [text: string, origins: string[]][] = [
    ['https://app.example.com', ['https://app.example.com']],
    [' https://a.example , http://localhost:5173,', ['https://a.example', 'http://localhost:5173']],
    ['https://app.example.com/', ['https://app.example.com']],
    ['HTTPS://App.Example.com:443', ['https://app.example.com']],
    ['https://bücher.example', ['https://xn--bcher-kva.example']],
    ['http://[::1]:3000', ['http://[::1]:3000']],
  ];
  for (const [text, origins] of LISTS) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(originList.parse(text), origins));
  }
  const BAD = [
    '*',
    'null',
    'app.example.com',
    'https://*.example.com/x',
    'https://*.example.com',
    'https://*',
    'https://a.example/path',
    'ftp://a.example',
    'https://u:p@a.example',
    'https://a.example?x',
    'https://a.example https://b.example',
    'file:///',
  ];
  for (const text of BAD) {
    it(`refuses ${text}`, () => assert.equal(originList.safeParse(text).success, false));
  }
});
