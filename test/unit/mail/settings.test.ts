import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { connectionOptions } from '../../../components/mail/nodemailer/connection.ts';
import { readSettings } from '../../../components/mail/nodemailer/settings.ts';

const given = (more: Record<string, string> = {}) => ({ host: 'mail.example.org', port: '25', ...more });
const login = { user: 'me', password: 'secret' };
const options = (more: Record<string, string> = {}, ca?: string) =>
  connectionOptions(readSettings(given(more)), ca);

describe('how a mail server is connected to', () => {
  type Tls = { secure: boolean; requireTLS: boolean; ignoreTLS: boolean };
  const plain: Tls = { secure: false, requireTLS: false, ignoreTLS: true };
  const offered: Tls = { ...plain, ignoreTLS: false };
  const required: Tls = { ...offered, requireTLS: true };
  const implicit: Tls = { ...offered, secure: true };
  const table: [string, Record<string, string>, Tls][] = [
    ['STARTTLS if it is offered', {}, offered],
    ['TLS on port 465', { port: '465' }, implicit],
    ['nothing but STARTTLS', { tls: 'starttls' }, required],
    ['TLS on another port', { tls: 'implicit', port: '4650' }, implicit],
    ['STARTTLS on port 465', { tls: 'starttls', port: '465' }, required],
    ['no TLS at all', { tls: 'none' }, plain],
    ['a login never in the clear', login, required],
    ['a login on port 465', { ...login, port: '465' }, implicit],
    ['a login in the clear, by permission', { ...login, allowPlainLogin: 'true' }, offered],
    ['a login without TLS, by permission', { ...login, allowPlainLogin: 'true', tls: 'none' }, plain],
    ['a login to this machine', { ...login, host: '127.0.0.1' }, offered],
    ['a login to this machine without TLS', { ...login, host: 'localhost', tls: 'none' }, plain],
    ['a login to what is called like this machine', { ...login, host: '127.0.0.1.example.org' }, required],
  ];
  for (const [name, more, expected] of table) {
    it(name, () => {
      const { secure, requireTLS, ignoreTLS } = options(more);
      assert.deepEqual({ secure, requireTLS, ignoreTLS }, expected);
    });
  }

  it('with a login only where there is one', () => {
    assert.equal(options({ user: '', password: '' }).auth, undefined);
    assert.deepEqual(options(login).auth, { user: 'me', pass: 'secret' });
  });

  it('with a certificate that is checked, unless it is not to be', () => {
    assert.deepEqual(options().tls, { rejectUnauthorized: true });
    assert.deepEqual(options({ skipTLSVerify: 'true' }, 'PEM').tls, { rejectUnauthorized: false, ca: 'PEM' });
  });

  it('with bounds, and without a look at files and addresses', () => {
    const { connectionTimeout, greetingTimeout, socketTimeout, maxConnections, ...rest } = options({
      maxConnections: '7',
    });
    assert.deepEqual([connectionTimeout, greetingTimeout, socketTimeout], [10_000, 30_000, 600_000]);
    assert.deepEqual([maxConnections, rest.disableFileAccess, rest.disableUrlAccess], [7, true, true]);
  });
});

describe('metadata that is refused, with the field’s name and no value', () => {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const table: [string, Record<string, string>, RegExp][] = [
    ['no host', { host: '' }, /host/],
    ['no port', { port: '' }, /port/],
    ['a port that is none', { port: '70000' }, /port/],
    ['a name that nobody knows', { tsl: 'starttls' }, /tsl/],
    ['a kind of TLS that is none', { tls: 'secret' }, /tls/],
    ['a user without a password', { user: 'secret' }, /user and password/],
    ['a password without a user', { password: 'secret' }, /user and password/],
    ['a login without TLS', { ...login, tls: 'none' }, /allowPlainLogin/],
    ['half of DKIM', { dkimDomain: 'secret' }, /dkimDomain/],
    [
      'a key that is none',
      { dkimDomain: 'a', dkimSelector: 'b', dkimPrivateKey: 'secret' },
      /dkimPrivateKey/,
    ],
    ['a key of another kind', { dkimDomain: 'a', dkimSelector: 'b', dkimPrivateKey: key }, /dkimPrivateKey/],
    ['an address to unsubscribe at that is none', { listUnsubscribe: 'http://secret' }, /listUnsubscribe/],
    ['one that ends the header', { listUnsubscribe: 'mailto:a@b>\r\nBcc: secret' }, /listUnsubscribe/],
    ['no connection at all', { maxConnections: '0' }, /maxConnections/],
  ];
  for (const [name, more, expected] of table) {
    it(name, () => {
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
