import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
import { OWNER } from '../../../support/job.ts';
import { bearer, buildGateway, OPERATOR_TOKEN, tokenOf } from '../test-gateway.ts';
import { operations, urlOf } from './operations.ts';

/** Names of parameters that could carry something which opens a door. */
const TOKEN_LIKE =
  /token|secret|passw|credential|signature|\bsig\b|auth|session|jwt|bearer|ticket|api_?key|\bkey\b|\bcode\b|otp|cookie/i;

/**
 * The link of a mail has to work in any mail program. The code of a provider has to come with the browser, by the protocol: it works
 * once, and only together with the secret of the client and the cookie of the browser that began.
 */
const ALLOWED = [
  'GET /session/oidc/{provider}/callback code',
  'GET /download/{id} signature',
  'GET /download signature',
];

const byQuery = (url: string, name: string, value: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`;

describe('the URLs of the API', () => {
  it('have no parameter for a token, but for the links in mails and the code of a provider', () => {
    const found = operations(openapi).flatMap(({ method, path, parameters }) =>
      parameters
        .filter((parameter) => parameter.in !== 'header' && TOKEN_LIKE.test(parameter.name))
        .map(({ name }) => `${method} ${path} ${name}`),
    );
    assert.deepEqual(found, ALLOWED);
  });

  it('have no name in a path that could stand for a token', () => {
    const names = Object.keys(openapi.paths).flatMap((path) =>
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
    );
    assert.deepEqual(
      [...new Set(names)].filter((name = '') => TOKEN_LIKE.test(name)),
      [],
    );
  });

  it('let nobody in by a token in the query', async () => {
    const { call } = buildGateway();
    const token = await tokenOf(OWNER);
    let asked = 0;
    for (const operation of operations(openapi)) {
      const isOperator = operation.schemes.includes('operator');
      if (operation.isPublic || !(isOperator || operation.schemes.includes('bearer'))) continue;
      const value = isOperator ? OPERATOR_TOKEN : token;
      for (const name of [
        'access_token',
        'token',
        'authorization',
        'Authorization',
        'mp3_access',
        'api_key',
      ]) {
        const url = byQuery(
          urlOf(operation, OWNER.id),
          name,
          name.startsWith('A') ? `Bearer ${value}` : value,
        );
        const { status } = await call(operation.method, url, operation.call);
        assert.equal(status, 401, `${operation.method} ${url}`);
        asked++;
      }
    }
    assert.ok(asked > 100, `${asked} requests`);
  });

  it('let nobody in by a token in a form or in another header', async () => {
    const { call } = buildGateway();
    const token = await tokenOf(OWNER);
    const { authorization } = bearer(token);
    for (const headers of [
      { 'proxy-authorization': authorization },
      { 'x-authorization': authorization },
      { 'x-access-token': token },
      { cookie: `access_token=${token}` },
      { cookie: `authorization=${authorization}` },
    ]) {
      const reply = await call('GET', '/jobs', { headers: headers as object as Record<string, string> });
      assert.equal(reply.status, 401, JSON.stringify(Object.keys(headers)));
    }
  });
});
