import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { connectionOptions } from '../../../components/mail/nodemailer/connection.ts';
import { readSettings } from '../../../components/mail/nodemailer/settings.ts';

const given = (more: Record<string, string> = {}) => ({ host: 'mail.example.org', port: '25', ...more });
const login = { user: 'me', password: 'secret' };
const options = (more: Record<string, string> = {}, ca?: string) =>
  connectionOptions(readSettings(given(more)), ca);

describe('connectionOptions', () => {
  type Tls = { secure: boolean; requireTLS: boolean; ignoreTLS: boolean };
  const plain: Tls = { secure: false, requireTLS: false, ignoreTLS: true };
  const offered: Tls = { ...plain, ignoreTLS: false };
  const required: Tls = { ...offered, requireTLS: true };
  const implicit: Tls = { ...offered, secure: true };
  const table: [string, Record<string, string>, Tls][] = [
    ['uses STARTTLS if the server offers it', {}, offered],
    ['uses implicit TLS on port 465', { port: '465' }, implicit],
    ['requires STARTTLS for tls: starttls', { tls: 'starttls' }, required],
    ['uses implicit TLS on another port for tls: implicit', { tls: 'implicit', port: '4650' }, implicit],
    ['requires STARTTLS on port 465 for tls: starttls', { tls: 'starttls', port: '465' }, required],
    ['uses no TLS for tls: none', { tls: 'none' }, plain],
    ['requires STARTTLS for a login', login, required],
    ['uses implicit TLS for a login on port 465', { ...login, port: '465' }, implicit],
    ['does not require TLS for a login with allowPlainLogin', { ...login, allowPlainLogin: 'true' }, offered],
    [
      'uses no TLS for a login with allowPlainLogin and tls: none',
      { ...login, allowPlainLogin: 'true', tls: 'none' },
      plain,
    ],
    ['does not require TLS for a login to this machine', { ...login, host: '127.0.0.1' }, offered],
    [
      'uses no TLS for a login to this machine with tls: none',
      { ...login, host: 'localhost', tls: 'none' },
      plain,
    ],
    [
      'requires STARTTLS for a login to a host whose name only begins like 127.0.0.1',
      { ...login, host: '127.0.0.1.example.org' },
      required,
    ],
  ];
  for (const [name, more, expected] of table) {
    it(name, () => {
      const { secure, requireTLS, ignoreTLS } = options(more);
      assert.deepEqual({ secure, requireTLS, ignoreTLS }, expected);
    });
  }

  it('logs in only when a user is given', () => {
    assert.equal(options({ user: '', password: '' }).auth, undefined);
    assert.deepEqual(options(login).auth, { user: 'me', pass: 'secret' });
  });

  it('verifies the certificate unless skipTLSVerify is set', () => {
    assert.deepEqual(options().tls, { rejectUnauthorized: true });
    assert.deepEqual(options({ skipTLSVerify: 'true' }, 'PEM').tls, { rejectUnauthorized: false, ca: 'PEM' });
  });

  it('limits times and connections, and gives requests no access to files and URLs', () => {
    const { connectionTimeout, greetingTimeout, socketTimeout, maxConnections, ...rest } = options({
      maxConnections: '7',
    });
    assert.deepEqual([connectionTimeout, greetingTimeout, socketTimeout], [10_000, 30_000, 600_000]);
    assert.deepEqual([maxConnections, rest.disableFileAccess, rest.disableUrlAccess], [7, true, true]);
  });
});

describe('readSettings', () => {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const table: [string, Record<string, string>, RegExp][] = [
    ['metadata without a host', { host: '' }, /host/],
    ['metadata without a port', { port: '' }, /port/],
    ['a port out of range', { port: '70000' }, /port/],
    ['an unknown field', { tsl: 'starttls' }, /tsl/],
    ['an unknown kind of TLS', { tls: 'secret' }, /tls/],
    ['a user without a password', { user: 'secret' }, /user and password/],
    ['a password without a user', { password: 'secret' }, /user and password/],
    ['a login without TLS', { ...login, tls: 'none' }, /allowPlainLogin/],
    ['incomplete settings of DKIM', { dkimDomain: 'secret' }, /dkimDomain/],
    [
      'a DKIM key that is no key',
      { dkimDomain: 'a', dkimSelector: 'b', dkimPrivateKey: 'secret' },
      /dkimPrivateKey/,
    ],
    [
      'a DKIM key that is not RSA',
      { dkimDomain: 'a', dkimSelector: 'b', dkimPrivateKey: key },
      /dkimPrivateKey/,
    ],
    ['a listUnsubscribe with http:', { listUnsubscribe: 'http://secret' }, /listUnsubscribe/],
    [
      'a listUnsubscribe with a line break',
      { listUnsubscribe: 'mailto:a@b>\r\nBcc: secret' },
      /listUnsubscribe/,
    ],
    ['a pool without connections', { maxConnections: '0' }, /maxConnections/],
  ];
  for (const [name, more, expected] of table) {
    it(`refuses ${name} without printing a value`, () => {
      assert.throws(
        () => readSettings(given(more)),
        (error: Error) => {
          assert.match(error.message, expected);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
  }
});
