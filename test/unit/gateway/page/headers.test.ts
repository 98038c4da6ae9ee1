import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DOCS_HEADERS,
  HOME_HEADERS,
  headersFor,
  PAGE_HEADERS,
} from '../../../../services/gateway/page/headers.ts';

const policyOf = (headers: Record<string, string>) =>
  new Map(
    (headers['Content-Security-Policy'] ?? '').split('; ').map((directive) => {
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

const PAGES: [what: string, headers: Record<string, string>, trustedTypes: string[]][] = [
  // It registers the service worker, for which Trusted Types demand a policy.
  ['the page', HOME_HEADERS, ['service-worker']],
  ['the other documents and files', PAGE_HEADERS, ["'none'"]],
  // swagger-ui cleans HTML by DOMPurify, see headers.ts.
  ['the API docs', DOCS_HEADERS, ['default', 'dompurify']],
];

for (const [what, headers, trustedTypes] of PAGES)
  describe(`the content security policy of ${what}`, () => {
    const policy = policyOf(headers);

    for (const [name, values] of DIRECTIVES) {
      it(`has ${name} ${values.join(' ')}`, () => assert.deepEqual(policy.get(name), values));
    }

    it('limits Trusted Types', () => assert.deepEqual(policy.get('trusted-types'), trustedTypes));

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

describe('headersFor', () => {
  const PATHS: [path: string, headers: Record<string, string>][] = [
    ['/', HOME_HEADERS],
    ['/docs', DOCS_HEADERS],
    ['/operator', PAGE_HEADERS],
    ['/service-worker.js', PAGE_HEADERS],
    ['/assets/icon.svg', PAGE_HEADERS],
  ];
  for (const [path, headers] of PATHS)
    it(`gives ${path} its own policy`, () => assert.equal(headersFor(path), headers));
});
