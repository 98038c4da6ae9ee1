import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requireSameOrigin } from '../../../../services/gateway/accounts/same-origin.ts';

const PLAIN = 'http://mp3.example.com:8080';
const TLS = 'https://mp3.example.com';

const check = (publicUrl: string, headers: Record<string, string>, method = 'POST') =>
  requireSameOrigin({ method, get: (name: string) => headers[name] ?? '' } as never, publicUrl);

type Row = [what: string, publicUrl: string, origin: string | undefined, host: string];

const ALLOWED: Row[] = [
  ['the origin of PUBLIC_URL', PLAIN, 'http://mp3.example.com:8080', 'mp3.example.com:8080'],
  ['the origin of PUBLIC_URL, where a proxy has replaced Host', TLS, TLS, 'gateway.internal:8080'],
  ['the origin of PUBLIC_URL, where that has a path', `${TLS}/mp3/`, TLS, 'gateway.internal'],
  ['another name of the gateway, to which it was sent', PLAIN, 'http://127.0.0.1:8080', '127.0.0.1:8080'],
  ['an address of IPv6', PLAIN, 'http://[::1]:8080', '[::1]:8080'],
  ['a Host with the default port of https', TLS, 'https://other.example.com', 'other.example.com:443'],
  ['a Host with the default port of http', PLAIN, 'http://other.example.com', 'other.example.com:80'],
  ['a Host in capitals', TLS, 'https://other.example.com', 'OTHER.example.com'],
];

const REFUSED: Row[] = [
  ['no origin', TLS, undefined, 'mp3.example.com'],
  ['the origin null', TLS, 'null', 'mp3.example.com'],
  ['the origin null with a Host of that name', TLS, 'null', 'null'],
  ['no origin and an empty Host', TLS, '', ''],
  ['another site', TLS, 'https://evil.example', 'mp3.example.com'],
  ['a subdomain', TLS, 'https://a.mp3.example.com', 'mp3.example.com'],
  ['the domain above', TLS, 'https://example.com', 'mp3.example.com'],
  ['another port of this host', PLAIN, 'http://mp3.example.com:1080', 'mp3.example.com:8080'],
  ['the default port in place of ours', PLAIN, 'http://mp3.example.com', 'mp3.example.com:8080'],
  ['plain http in place of https', TLS, 'http://mp3.example.com', 'mp3.example.com'],
  ['https in place of plain http', PLAIN, 'https://mp3.example.com:8080', 'mp3.example.com:8080'],
  ['an origin that begins as ours', TLS, 'https://mp3.example.com.evil.example', 'mp3.example.com'],
  ['an origin with a path', TLS, 'https://mp3.example.com/', 'mp3.example.com'],
  ['an origin with a user', TLS, 'https://mp3.example.com@evil.example', 'mp3.example.com'],
  ['two origins', TLS, `${TLS}, https://evil.example`, 'mp3.example.com'],
  ['an origin of another scheme', TLS, 'file://', 'mp3.example.com'],
  ['a Host with a user', TLS, 'https://evil.example', 'mp3.example.com@evil.example'],
  ['a Host with a path', TLS, 'https://evil.example', 'evil.example/mp3.example.com'],
  ['a Host with a query', TLS, 'https://evil.example', 'evil.example?'],
  ['a Host with a fragment', TLS, 'https://evil.example', 'evil.example#'],
  ['a Host that is no host', TLS, 'https://', '%'],
];

const headersOf = (origin: string | undefined, host: string) => ({
  host,
  // A proxy must not be able to talk the gateway into another host.
  'x-forwarded-host': 'evil.example',
  ...(origin !== undefined && { origin }),
});

describe('requireSameOrigin', () => {
  for (const [what, publicUrl, origin, host] of ALLOWED) {
    it(`allows a write from ${what}`, () => check(publicUrl, headersOf(origin, host)));
  }

  for (const [what, publicUrl, origin, host] of REFUSED) {
    for (const method of ['POST', 'PATCH', 'DELETE', 'PUT']) {
      it(`refuses a ${method} with ${what}`, () => {
        assert.throws(() => check(publicUrl, headersOf(origin, host), method), { code: 'forbidden' });
      });
    }
  }

  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    it(`asks for no origin for ${method}`, () => check(TLS, { host: 'mp3.example.com' }, method));
  }
});
