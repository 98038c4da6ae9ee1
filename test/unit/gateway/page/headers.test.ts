import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAGE_HEADERS } from '../../../../services/gateway/page/headers.ts';

const policy = new Map(
  (PAGE_HEADERS['Content-Security-Policy'] ?? '').split('; ').map((directive) => {
    const [name = '', ...values] = directive.split(' ');
    return [name, values] as const;
  }),
);

const DIRECTIVES: [name: string, values: string[]][] = [
  ['default-src', ["'none'"]],
  ['script-src', ["'self'", "'wasm-unsafe-eval'"]],
  ['style-src', ["'self'"]],
  ['connect-src', ["'self'"]],
  ['form-action', ["'self'"]],
  ['base-uri', ["'none'"]],
  ['frame-ancestors', ["'none'"]],
  ['require-trusted-types-for', ["'script'"]],
];

describe('the content security policy of the page', () => {
  for (const [name, values] of DIRECTIVES) {
    it(`has ${name} ${values.join(' ')}`, () => assert.deepEqual(policy.get(name), values));
  }

  it('limits Trusted Types', () => assert.ok(policy.has('trusted-types')));

  const FORBIDDEN = ["'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", '*', 'http:', 'https:'];
  for (const value of FORBIDDEN) {
    it(`allows nowhere ${value}`, () => {
      const found = [...policy].filter(([, values]) => values.includes(value));
      assert.deepEqual(found, []);
    });
  }

  it('allows data: and blob: for pictures and media alone', () => {
    for (const [name, values] of policy) {
      const local = values.filter((value) => ['data:', 'blob:'].includes(value));
      assert.ok(local.length === 0 || ['img-src', 'media-src'].includes(name), name);
    }
  });

  it('names no other host', () => {
    for (const [name, values] of policy)
      for (const value of values)
        assert.match(value, /^('[a-z-]+'|blob:|data:|[a-z-]+)$/, `${name} ${value}`);
  });
});
