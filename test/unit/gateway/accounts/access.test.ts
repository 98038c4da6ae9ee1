import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Router from '@koa/router';
import { type Access, accessOf, guardRoutes, scope } from '../../../../services/gateway/accounts/access.ts';
import { createRoutes, type GatewayPorts } from '../../../../services/gateway/app.ts';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
import { composeApiKey } from '../../../../services/shared/contract/api-key.ts';
import { SCOPES, type Scope } from '../../../../services/shared/contract/scopes.ts';
import type { RequestState } from '../../../../services/shared/http/request-state.ts';
import { buildGateway, jsonReply } from '../test-gateway.ts';

interface Operation {
  security?: Record<string, string[]>[];
  responses: Record<string, { description: string }>;
}

const routes = createRoutes({ publicUrl: 'http://gateway.test' } as GatewayPorts).stack.flatMap((layer) =>
  layer.methods
    .filter((method) => method !== 'HEAD' || layer.methods.length === 1)
    .map((method) => ({ method, path: String(layer.path), access: accessOf(layer) as Access })),
);
const KEY = composeApiKey({ id: 'Ab3dEf6hIj9lMn0p', secret: 'x'.repeat(43) });
const OWNER = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';

/** A gateway whose auth knows one key, which has these scopes. */
const withKey = (scopes: readonly Scope[]) =>
  buildGateway({
    auth: async ({ path }) => {
      assert.equal(path, '/keys/check');
      const expires_at = new Date(Date.now() + 3600_000).toISOString();
      return jsonReply(200, {
        id: 'Ab3dEf6hIj9lMn0p',
        scopes,
        expires_at,
        sub: OWNER,
        email: 'ann@example.com',
      });
    },
  });

const asKey = { authorization: `Bearer ${KEY}` };
/** An address of the route, with an id of the right form in it. */
const addressOf = (path: string): string => path.replaceAll(':id', OWNER).replaceAll(':name', 'app.js');

describe('the routes of the gateway', () => {
  for (const { method, path, access } of routes) {
    const others = SCOPES.filter((name) => name !== access);

    it(`${method} ${path} declares who may use it by an API key`, () => {
      assert.ok(([...SCOPES, 'none', 'open'] as unknown[]).includes(access));
    });

    it(`${method} ${path} has the same scope in /openapi.json`, () => {
      const operations = openapi.paths as unknown as Record<string, Record<string, Operation>>;
      const operation = operations[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      const scopes = (operation?.security ?? []).flatMap(({ apiKey = [] }) => apiKey);
      assert.deepEqual(scopes, access === 'none' || access === 'open' ? [] : [access]);
      if (access !== 'open')
        assert.match(operation?.responses[403]?.description ?? '', /`insufficient_scope`/);
    });

    if (access === 'open') continue;

    it(`${method} ${path} refuses a key ${access === 'none' ? 'with all scopes' : `without the scope ${access}`}`, async () => {
      const gateway = withKey(access === 'none' ? SCOPES : others);
      const { status, headers, json } = await gateway.call(method, addressOf(path), { headers: asKey });
      assert.equal(status, 403);
      if (method !== 'HEAD') assert.equal(json.code, 'insufficient_scope');
      const parameter = access === 'none' ? '' : `, scope="${access}"`;
      assert.equal(
        headers['www-authenticate'],
        `Bearer realm="mp3converter", error="insufficient_scope"${parameter}`,
      );
    });

    if (access === 'none') continue;

    it(`${method} ${path} accepts a key with the scope ${access}`, async () => {
      const gateway = withKey([access]);
      // So that a stream of events ends at once.
      gateway.stopping.abort();
      const { status, headers } = await gateway.call(method, addressOf(path), { headers: asKey });
      assert.ok(status !== 401 && status !== 403, String(status));
      assert.equal(headers['www-authenticate'], undefined);
    });
  }
});

describe('guardRoutes', () => {
  const find = () => Promise.reject(new Error('nobody asks'));

  it('throws for a route that declares nothing', () => {
    const router = new Router<RequestState>();
    router.get('/declared', scope('read'), () => undefined).patch('/forgotten', () => undefined);
    assert.throws(
      () => guardRoutes(router, { apiKeys: { find }, clientAddress: () => undefined }),
      /PATCH \/forgotten does not declare/,
    );
  });
});
